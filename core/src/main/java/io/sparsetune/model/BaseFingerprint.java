package io.sparsetune.model;

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
 * SHA-256 over the embeddings' and the encoder's tensors in layout order; for each: the length of
 * its name (int32) and the name (UTF-8), the number of dimensions and the dimensions (int32), the
 * elements (float32 bits). All numbers little-endian. So copies of a model have the same one
 * whatever format they come in; the head does not count.
 */
public final class BaseFingerprint {
  private static final int BUFFER_BYTES = 1 << 16;

  private final MessageDigest digest = Sha256.digest();
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private BaseFingerprint() {}

  interface Tensors {
    void read(String name, FloatSink sink) throws IOException;
  }

  /** Of tensors that are read one after the other; as hexadecimal digits. */
  static String of(ParameterLayout layout, Tensors tensors) throws IOException {
    BaseFingerprint fingerprint = new BaseFingerprint();
    for (TensorSpec tensor : layout.tensors()) {
      if (tensor.part() != Part.HEAD) {
        fingerprint.begin(tensor);
        tensors.read(tensor.name(), fingerprint::add);
      }
    }
    return fingerprint.hex();
  }

  /**
   * Of a model in memory.
   *
   * @param theta [layout.size()]
   */
  public static String of(ParameterLayout layout, float[] theta) {
    BaseFingerprint fingerprint = new BaseFingerprint();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() != Part.HEAD) {
        fingerprint.begin(layout.tensor(t));
        fingerprint.add(theta, layout.offset(t), layout.tensor(t).size());
      }
    }
    return fingerprint.hex();
  }

  private void begin(TensorSpec tensor) {
    byte[] name = tensor.name().getBytes(StandardCharsets.UTF_8);
    ByteBuffer header =
        ByteBuffer.allocate(8 + name.length + 4 * tensor.shape().size())
            .order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(name.length).put(name).putInt(tensor.shape().size());
    tensor.shape().forEach(header::putInt);
    digest.update(header.array());
  }

  private void add(float[] values, int count) {
    add(values, 0, count);
  }

  private void add(float[] values, int from, int count) {
    for (int at = from; at < from + count; ) {
      int piece = Math.min(BUFFER_BYTES / 4, from + count - at);
      for (int i = 0; i < piece; i++) {
        buffer.putInt(4 * i, Float.floatToRawIntBits(values[at + i]));
      }
      digest.update(buffer.array(), 0, 4 * piece);
      at += piece;
    }
  }

  private String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
