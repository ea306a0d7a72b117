import io.confluent.parallelconsumer.vertx.VertxParallelEoSStreamProcessor;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.ext.web.client.predicate.ResponsePredicate;
import java.util.List;

/** Confluent's Parallel Consumer with its Vert.x module: calls on event loops, as many connections as calls. */
public final class ParallelConsumerVertx {
  public static void main(String[] args) {
    var settings = PeerSettings.fromEnvironment();
    var vertx = Vertx.vertx();
    var client = WebClient.create(vertx, clientOptions(settings));
    var processor = new VertxParallelEoSStreamProcessor<String, byte[]>(vertx, client, KeyOrder.options(settings));
    processor.subscribe(List.of(settings.topic()), new ReadyWhenAssigned());
    var url = settings.url().toString();
    processor.vertxHttpWebClient(
        (web, context) -> {
          var record = context.getSingleConsumerRecord();
          return web.postAbs(url)
              .putHeader("content-type", "application/json")
              .putHeader("idempotency-key", PeerSettings.idOf(record.headers()))
              .expect(ResponsePredicate.SC_SUCCESS)
              .sendBuffer(Buffer.buffer(record.value()));
        },
        sent -> {});
    Runtime.getRuntime().addShutdownHook(new Thread(processor::closeDontDrainFirst));
  }

  /** The pool that the module would make by itself, and whom to trust. */
  private static WebClientOptions clientOptions(PeerSettings settings) {
    var options =
        new WebClientOptions()
            .setMaxPoolSize(settings.concurrency())
            .setHttp2MaxPoolSize(settings.concurrency());
    if (settings.ca() != null)
      options.setPemTrustOptions(new PemTrustOptions().addCertPath(settings.ca().toString()));
    return options;
  }
}
