import io.confluent.parallelconsumer.ParallelStreamProcessor;
import java.util.List;

/** Confluent's Parallel Consumer with its own pool: one thread for each call. */
public final class ParallelConsumerCore {
  public static void main(String[] args) throws Exception {
    var settings = PeerSettings.fromEnvironment();
    var calls = new BlockingCalls(settings);
    var processor = ParallelStreamProcessor.createEosStreamProcessor(KeyOrder.options(settings));
    processor.subscribe(List.of(settings.topic()), new ReadyWhenAssigned());
    processor.poll(
        context -> {
          var record = context.getSingleConsumerRecord();
          try {
            calls.post(PeerSettings.idOf(record.headers()), record.value());
          } catch (Exception error) {
            throw new IllegalStateException(error);
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(processor::closeDontDrainFirst));
  }
}
