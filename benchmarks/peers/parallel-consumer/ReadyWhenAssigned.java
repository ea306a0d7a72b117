import java.util.Collection;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/** Says so when the group has given this member its partitions for the first time. */
final class ReadyWhenAssigned implements ConsumerRebalanceListener {
  private boolean said;

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    if (!said) PeerSettings.ready();
    said = true;
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
}
