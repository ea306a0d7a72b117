import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** How both modules are set up: everything at its default but for the order and the concurrency. */
final class KeyOrder {
  static ParallelConsumerOptions<String, byte[]> options(PeerSettings settings) {
    var consumer =
        new KafkaConsumer<>(settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
    return ParallelConsumerOptions.<String, byte[]>builder()
        .consumer(consumer)
        .ordering(ProcessingOrder.KEY)
        .maxConcurrency(settings.concurrency())
        .build();
  }
}
