import java.io.IOException;
import java.net.URI;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** POSTs by Apache's HTTP client, one that all threads share: it takes about half the CPU that the JDK's own takes here. */
final class BlockingCalls {
  private final URI url;
  private final HttpClient client;

  BlockingCalls(PeerSettings settings) throws Exception {
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(settings.concurrency())
            .setMaxConnTotal(settings.concurrency())
            .setTlsSocketStrategy(new DefaultClientTlsStrategy(settings.sslContext()))
            .build();
    url = settings.url();
    client = HttpClients.custom().setConnectionManager(connections).build();
  }

  /** Returns once the API has said yes; until then it blocks its thread. */
  void post(String id, byte[] body) throws IOException {
    var post = new HttpPost(url);
    post.setHeader("idempotency-key", id);
    post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    int status = client.execute(post, BlockingCalls::statusOf);
    if (status / 100 != 2) throw new IOException("POST answered " + status);
  }

  private static int statusOf(ClassicHttpResponse response) throws IOException {
    EntityUtils.consume(response.getEntity());
    return response.getCode();
  }
}
