package io.sparsetune.interop;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.IoReason;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseFingerprint;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * {@code undo.safetensors} beside merged weights: what stood in the base where they differ from it,
 * so that the base can be had back without the base. For a tensor T of embeddings or encoder {@code
 * T.positions} (int32, rising) and {@code T.values} (float32), or {@code T} where more than half of
 * it differs; the base's pooler, where it has one, whole.
 */
public final class UndoFile {
  public static final String FILE = "undo.safetensors";
  private static final String FORMAT = "sparsetune-undo";
  private static final String VERSION = "1";
  private static final String POSITIONS = ".positions";
  private static final String VALUES = ".values";

  private final SafetensorsReader reader;

  private UndoFile(SafetensorsReader reader) {
    this.reader = reader;
  }

  /** The file for a base with a delta put into it. */
  static SafetensorsWriter of(TrainedModel model) {
    SafetensorsWriter file =
        new SafetensorsWriter()
            .metadata("format", FORMAT)
            .metadata("format_version", VERSION)
            .metadata("base_sha256", model.base().fingerprint());
    ParameterLayout layout = model.layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      Part part = layout.tensor(t).part();
      if (part != Part.HEAD && part != Part.ADDED) {
        put(file, layout.tensor(t), model.baseValues(t), model.foldedValues(t));
      }
    }
    BaseModel base = model.base();
    if (HuggingFaceFolder.hasPooler(base)) {
      ModelSpec pooled = HuggingFaceFolder.pooled(base);
      for (String name : List.of("pooler.dense.weight", "pooler.dense.bias")) {
        int t = pooled.layout().indexOf(name);
        file.floats(name, pooled.layout().tensor(t).shape(), sink -> base.read(pooled, t, 0, sink));
      }
    }
    return file;
  }

  private static void put(
      SafetensorsWriter file, TensorSpec tensor, float[] before, float[] after) {
    int[] positions = new int[before.length];
    int count = 0;
    for (int i = 0; i < before.length; i++) {
      if (Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i])) {
        positions[count++] = i;
      }
    }
    if (count > before.length / 2) {
      file.floats(tensor.name(), tensor.shape(), before);
    } else if (count > 0) {
      float[] values = new float[count];
      for (int q = 0; q < count; q++) {
        values[q] = before[positions[q]];
      }
      file.ints(tensor.name() + POSITIONS, List.of(count), Arrays.copyOf(positions, count));
      file.floats(tensor.name() + VALUES, List.of(count), values);
    }
  }

  /**
   * Opens the file beside merged weights.
   *
   * @throws DataException where there is none
   * @throws CorruptFileException where it is not such a file
   */
  public static UndoFile open(BaseModel merged) {
    try {
      if (!merged.folder().contains(FILE)) {
        throw new DataException(
            "Cannot undo %s: it has no %s, which merge and export --format huggingface write beside the model; merge the run again"
                .formatted(merged.location(), FILE));
      }
    } catch (IOException e) {
      throw new DataException("Cannot read " + merged.location() + ": " + IoReason.of(e), e);
    }
    return open(merged.folder().file(FILE));
  }

  private static UndoFile open(ByteSource file) {
    SafetensorsReader reader = SafetensorsReader.open(file);
    if (!FORMAT.equals(reader.metadata().get("format"))
        || !VERSION.equals(reader.metadata().get("format_version"))) {
      throw new CorruptFileException(
          file.path(),
          "its metadata does not say format %s, format_version %s".formatted(FORMAT, VERSION));
    }
    return new UndoFile(reader);
  }

  /** Fingerprint of the base. */
  public String baseFingerprint() {
    return reader.metadata().getOrDefault("base_sha256", "");
  }

  /** Whether the base had a pooler. */
  boolean hasPooler() {
    return reader.tensors().containsKey("pooler.dense.weight");
  }

  /**
   * A tensor as it was in the base, row-major.
   *
   * @param merged the model that it is taken from where nothing differs
   * @param tensor index in {@code pooled.layout()}
   */
  void read(BaseModel merged, ModelSpec pooled, int tensor, FloatSink sink) throws IOException {
    TensorSpec spec = pooled.layout().tensor(tensor);
    float[] values = new float[spec.size()];
    if (reader.tensors().containsKey(spec.name())) {
      require(spec, reader.tensors().get(spec.name()).elements() == values.length);
      reader.floats(spec.name(), values, 0);
    } else {
      merged.read(pooled, tensor, 0, FloatSink.into(values, 0));
      if (reader.tensors().containsKey(spec.name() + POSITIONS)) {
        putBack(spec, values);
      }
    }
    sink.accept(values, values.length);
  }

  private void putBack(TensorSpec spec, float[] values) {
    int[] positions = reader.ints(spec.name() + POSITIONS);
    float[] before = reader.floats(spec.name() + VALUES);
    require(spec, positions.length == before.length);
    for (int q = 0; q < positions.length; q++) {
      require(spec, positions[q] >= 0 && positions[q] < values.length);
      values[positions[q]] = before[q];
    }
  }

  private void require(TensorSpec tensor, boolean fits) {
    if (!fits) {
      throw new CorruptFileException(
          reader.path(),
          "its entries for %s do not fit the model beside it, which has changed since it was merged; merge the run again, and undo that"
              .formatted(tensor.name()));
    }
  }

  /**
   * Makes sure that the base comes back bit for bit.
   *
   * @throws DataException where the merged weights have changed since
   */
  public void requireBase(BaseModel merged) {
    ModelSpec pooled = HuggingFaceFolder.pooled(merged);
    String wanted = baseFingerprint();
    String found =
        BaseFingerprint.of(
            pooled.layout(),
            false,
            merged.location(),
            (tensor, sink) -> read(merged, pooled, tensor, sink));
    if (!found.equals(wanted)) {
      throw new DataException(
          "Cannot undo %s: with the values of %s put back it is %s instead of its base, %s; its weights have changed since it was merged; merge the run again, and undo that"
              .formatted(merged.location(), FILE, found, wanted));
    }
  }
}
