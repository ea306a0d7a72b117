import io.github.eschizoid.kpipe.consumer.KPipeConsumer;
import io.github.eschizoid.kpipe.consumer.ProcessingMode;
import io.github.eschizoid.kpipe.registry.MessageFormat;
import io.github.eschizoid.kpipe.registry.MessagePipeline;
import io.github.eschizoid.kpipe.registry.MessageProcessorRegistry;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** KPipe in its key-ordered mode: a virtual thread for each key, of which as many call as may. */
public final class KPipeKeyOrdered {
  public static void main(String[] args) throws Exception {
    var settings = PeerSettings.fromEnvironment();
    var consumer =
        KPipeConsumer.builder()
            .withProperties(settings.consumer())
            .withConsumer(() -> new KafkaConsumer<>(settings.consumer(), new ByteArrayDeserializer(), new IdBeforeValue()))
            .withTopic(settings.topic())
            .withPipeline(calls(settings))
            .withProcessingMode(ProcessingMode.KEY_ORDERED)
            .withShutdownHook(true)
            .build();
    consumer.start();
    PeerSettings.ready();
    consumer.awaitShutdown();
  }

  /** KPipe bounds what it holds, not what runs: the limit of calls is the pipeline's own. */
  private static MessagePipeline<byte[]> calls(PeerSettings settings) throws Exception {
    var calls = new BlockingCalls(settings);
    var free = new Semaphore(settings.concurrency());
    return new MessageProcessorRegistry()
        .pipeline(MessageFormat.bytes())
        .add(
            framed -> {
              free.acquireUninterruptibly();
              try {
                calls.post(IdBeforeValue.id(framed), IdBeforeValue.value(framed));
                return framed;
              } catch (Exception error) {
                throw new IllegalStateException(error);
              } finally {
                free.release();
              }
            })
        .build();
  }
}
