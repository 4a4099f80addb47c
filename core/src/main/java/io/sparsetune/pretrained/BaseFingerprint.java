package io.sparsetune.pretrained;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.Sha256;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * SHA-256 over tensors in layout order; for each: the length of its name (int32) and the name
 * (UTF-8), the number of dimensions and the dimensions (int32), the elements (float32 bits). All
 * numbers little-endian. So copies of a model have the same one whatever format they come in. A
 * base's own is over its embeddings and its encoder; its head has another, {@link
 * BaseModel#headFingerprint}.
 */
public final class BaseFingerprint {
  private static final int BUFFER_BYTES = 1 << 16;

  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final String path;
  private String tensor = "";

  private BaseFingerprint(String path) {
    this.path = path;
  }

  /** Gives tensors by their index in the layout. */
  public interface Tensors {
    void read(int tensor, FloatSink sink) throws IOException;
  }

  /**
   * As hexadecimal digits.
   *
   * @param head whether it is of the head's tensors or of all others
   * @param path of the weights, for messages
   * @param tensors gives the elements of one after the other
   * @throws CorruptFileException where one is not finite
   */
  public static String of(ParameterLayout layout, boolean head, String path, Tensors tensors) {
    BaseFingerprint fingerprint = new BaseFingerprint(path);
    try {
      for (int t = 0; t < layout.tensorCount(); t++) {
        if ((layout.tensor(t).part() == Part.HEAD) == head) {
          fingerprint.begin(layout.tensor(t));
          tensors.read(t, fingerprint::add);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("A digest cannot fail to be written", e);
    }
    return HexFormat.of().formatHex(fingerprint.digest.digest());
  }

  private void begin(TensorSpec tensor) {
    this.tensor = tensor.name();
    byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer header =
        ByteBuffer.allocate(8 + name.length + 4 * tensor.shape().size())
            .order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(name.length).put(name).putInt(tensor.shape().size());
    tensor.shape().forEach(header::putInt);
    digest.update(header.array());
  }

  private void add(float[] values, int count) {
    for (int at = 0; at < count; ) {
      int piece = Math.min(BUFFER_BYTES / 4, count - at);
      for (int i = 0; i < piece; i++) {
        if (!Float.isFinite(values[at + i])) {
          throw new CorruptFileException(
              path,
              "tensor %s has the value %s; every parameter has to be finite"
                  .formatted(tensor, values[at + i]));
        }
        buffer.putInt(4 * i, Float.floatToRawIntBits(values[at + i]));
      }
      digest.update(buffer.array(), 0, 4 * piece);
      at += piece;
    }
  }
}
