import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/** Puts the event's id in front of the value: KPipe's pipelines see values, but no headers. */
final class IdBeforeValue implements Deserializer<byte[]> {
  @Override
  public byte[] deserialize(String topic, byte[] value) {
    throw new UnsupportedOperationException("A record of this topic has headers.");
  }

  @Override
  public byte[] deserialize(String topic, Headers headers, byte[] value) {
    var id = PeerSettings.idOf(headers).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(Integer.BYTES + id.length + value.length).putInt(id.length).put(id).put(value).array();
  }

  static String id(byte[] framed) {
    return new String(framed, Integer.BYTES, idLength(framed), StandardCharsets.UTF_8);
  }

  static byte[] value(byte[] framed) {
    return Arrays.copyOfRange(framed, Integer.BYTES + idLength(framed), framed.length);
  }

  private static int idLength(byte[] framed) {
    return ByteBuffer.wrap(framed).getInt();
  }
}
