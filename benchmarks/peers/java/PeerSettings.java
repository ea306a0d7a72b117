import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.header.Headers;

/** What the environment tells a peer. {@code ca}: a PEM file to trust, null where the URL is not https. */
record PeerSettings(String brokers, String topic, String group, URI url, int concurrency, Path ca) {

  static PeerSettings fromEnvironment() {
    return new PeerSettings(
        variable("PEER_BROKERS"),
        variable("PEER_TOPIC"),
        variable("PEER_GROUP"),
        URI.create(variable("PEER_URL")),
        Integer.parseInt(variable("PEER_CONCURRENCY")),
        System.getenv("PEER_CA") == null ? null : Path.of(System.getenv("PEER_CA")));
  }

  /** The defaults of Kafka's consumer, reading from the oldest record; what runs on top of it commits. */
  Properties consumer() {
    var properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    return properties;
  }

  /** Trusts the authority of PEER_CA and no other. */
  SSLContext sslContext() throws Exception {
    if (ca == null) return SSLContext.getDefault();
    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream pem = Files.newInputStream(ca)) {
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(pem))
        trusted.setCertificateEntry("ca-" + trusted.size(), each);
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  /** What goes into the header idempotency-key. */
  static String idOf(Headers headers) {
    return new String(headers.lastHeader("ce_id").value(), StandardCharsets.UTF_8);
  }

  /** Tells the harness that the consumer has its partitions. */
  static void ready() {
    System.out.println("ready");
  }

  private static String variable(String name) {
    var value = System.getenv(name);
    if (value == null) throw new IllegalArgumentException(name + " is not set.");
    return value;
  }
}
