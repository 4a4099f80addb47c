package io.sparsetune.delta;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.safetensors.Dtype;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.safetensors.TensorInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code delta.safetensors}: for a tensor T trained in part {@code T.positions} (int32, rising) and
 * {@code T.values} (float32), for one trained whole {@code T}; the rest in {@code __metadata__}.
 * The bytes depend on the delta alone.
 */
public final class DeltaFile {
  /** Ends the name of a tensor's positions. */
  public static final String POSITIONS = ".positions";

  /** Ends the name of a tensor's values at its positions. */
  public static final String VALUES = ".values";

  private DeltaFile() {}

  /** Whether a safetensors file with such metadata says that it is a delta. */
  public static boolean isDelta(Map<String, String> metadata) {
    return DeltaMetadata.FORMAT.equals(metadata.get("format"));
  }

  /** Writes the file; the stream stays open. */
  public static void write(SparseDelta delta, OutputStream out) throws IOException {
    Mask trained = delta.trained();
    ParameterLayout layout = delta.layout();
    SafetensorsWriter writer =
        new SafetensorsWriter().metadata(DeltaMetadata.write(delta.info(), delta.head()));
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int first = trained.firstOrdinal(t);
      int count = trained.count(t);
      if (count > 0) {
        float[] values = Arrays.copyOfRange(delta.values(), first, first + count);
        if (trained.isWhole(t)) {
          writer.floats(tensor.name(), tensor.shape(), values);
        } else {
          writer.ints(tensor.name() + POSITIONS, List.of(count), trained.positions(t));
          writer.floats(tensor.name() + VALUES, List.of(count), values);
        }
      }
    }
    writer.writeTo(out);
  }

  /**
   * Reads a file; it says itself which model it fits.
   *
   * @throws CorruptFileException where it is damaged, or not a delta
   * @throws UnsupportedVersionException for a later version of the format
   */
  public static SparseDelta read(ByteSource file) {
    SafetensorsReader reader = SafetensorsReader.open(file);
    DeltaMetadata metadata = DeltaMetadata.read(file.path(), reader.metadata());
    ParameterLayout layout = metadata.info().spec().layout();
    checkNames(reader, layout);
    Mask.Builder builder = new Mask.Builder(layout);
    for (int t = 0; t < layout.tensorCount(); t++) {
      readPositions(reader, layout.tensor(t), t, builder);
    }
    Mask trained = builder.build();
    if (trained.size() != (long) metadata.info().k() + metadata.head()) {
      throw new CorruptFileException(
          file.path(),
          "it has %d trained parameters, but its metadata says k %d and head %d"
              .formatted(trained.size(), metadata.info().k(), metadata.head()));
    }
    float[] values = new float[trained.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (trained.count(t) > 0) {
        String name = layout.tensor(t).name() + (trained.isWhole(t) ? "" : VALUES);
        reader.floats(name, values, trained.firstOrdinal(t));
        requireFinite(reader, reader.tensors().get(name), values, trained.firstOrdinal(t));
      }
    }
    return new SparseDelta(metadata.info(), trained, values);
  }

  /**
   * Makes sure that {@link #read} takes what was written, without reading positions and values.
   *
   * @throws CorruptFileException where it would refuse the header or the metadata
   */
  public static void requireReadable(ByteSource file) {
    SafetensorsReader reader = SafetensorsReader.open(file);
    checkNames(reader, DeltaMetadata.read(file.path(), reader.metadata()).info().spec().layout());
  }

  private static void checkNames(SafetensorsReader reader, ParameterLayout layout) {
    TreeSet<String> unknown = new TreeSet<>(reader.tensors().keySet());
    for (TensorSpec tensor : layout.tensors()) {
      unknown.removeAll(List.of(tensor.name(), tensor.name() + POSITIONS, tensor.name() + VALUES));
    }
    if (!unknown.isEmpty()) {
      throw new CorruptFileException(
          reader.path(), "its model has no tensor for " + String.join(", ", unknown));
    }
  }

  private static void readPositions(
      SafetensorsReader reader, TensorSpec tensor, int index, Mask.Builder builder) {
    TensorInfo whole = reader.tensors().get(tensor.name());
    TensorInfo positions = reader.tensors().get(tensor.name() + POSITIONS);
    TensorInfo values = reader.tensors().get(tensor.name() + VALUES);
    if (whole != null) {
      if (positions != null || values != null) {
        throw corrupt(reader, whole, "is there both whole and in part");
      }
      if (!whole.shape().equals(tensor.shape().stream().map(Integer::longValue).toList())) {
        throw corrupt(
            reader,
            whole,
            "has the shape %s instead of %s".formatted(whole.shape(), tensor.shape()));
      }
      requireFloat32(reader, whole);
      builder.whole(index);
      return;
    }
    if (positions == null && values == null) {
      return;
    }
    if (positions == null || values == null) {
      throw corrupt(
          reader, positions == null ? values : positions, "is there without its counterpart");
    }
    if (positions.shape().size() != 1
        || !positions.shape().equals(values.shape())
        || positions.elements() == 0
        || positions.elements() > tensor.size()) {
      throw corrupt(
          reader,
          positions,
          "has the shape %s beside values of shape %s"
              .formatted(positions.shape(), values.shape()));
    }
    requireFloat32(reader, values);
    try {
      builder.positions(index, reader.ints(positions.name()));
    } catch (IllegalArgumentException e) {
      throw corrupt(reader, positions, "has an " + e.getMessage());
    }
  }

  private static void requireFloat32(SafetensorsReader reader, TensorInfo tensor) {
    if (tensor.dtype() != Dtype.F32) {
      throw corrupt(reader, tensor, "has dtype %s, F32 is needed".formatted(tensor.dtype()));
    }
  }

  private static void requireFinite(
      SafetensorsReader reader, TensorInfo tensor, float[] values, int from) {
    for (int i = from; i < from + tensor.elements(); i++) {
      if (!Float.isFinite(values[i])) {
        throw corrupt(
            reader, tensor, "has the value %s at element %d".formatted(values[i], i - from));
      }
    }
  }

  private static CorruptFileException corrupt(
      SafetensorsReader reader, TensorInfo tensor, String problem) {
    return new CorruptFileException(
        reader.path(),
        "tensor %s %s (at byte %d)".formatted(tensor.name(), problem, tensor.offset()));
  }
}
