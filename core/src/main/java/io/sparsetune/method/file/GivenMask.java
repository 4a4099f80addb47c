package io.sparsetune.method.file;

import io.sparsetune.delta.DeltaFile;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.NearestName;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.StrictJson;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.safetensors.SafetensorsReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a mask file says: for each tensor of a model its name, with or without the architecture's
 * prefix, and sorted flat row-major positions, I32 or I64. A run's delta is one as well: its
 * positions are taken, its values are not, and of its head only what {@code method.head_in_budget}
 * asks for.
 */
final class GivenMask {
  private static final int[] WHOLE = {-1};

  private final String path;
  private final boolean delta;

  /** Of the model that a run's mask is for; empty for a file that does not say. */
  private final Optional<ParameterLayout> origin;

  private final SortedMap<String, int[]> positions;

  private GivenMask(
      String path,
      boolean delta,
      Optional<ParameterLayout> origin,
      SortedMap<String, int[]> positions) {
    this.path = path;
    this.delta = delta;
    this.origin = origin;
    this.positions = positions;
  }

  /**
   * @throws CorruptFileException where it is not such a file
   * @throws DataException where it cannot be read
   */
  static GivenMask read(ByteSource file) {
    SafetensorsReader reader = SafetensorsReader.open(file);
    boolean delta = DeltaFile.isDelta(reader.metadata());
    SortedMap<String, int[]> positions = new TreeMap<>();
    for (String stored : reader.tensors().keySet()) {
      if (delta && stored.endsWith(DeltaFile.VALUES)) {
        continue;
      }
      boolean whole = delta && !stored.endsWith(DeltaFile.POSITIONS);
      String name = delta ? withoutSuffix(stored) : stored;
      String bare = name.replaceFirst("^(bert|roberta)\\.", "");
      if (positions.put(bare, whole ? WHOLE : rising(reader, stored)) != null) {
        throw new CorruptFileException(
            reader.path(), "it has positions for %s under two names".formatted(bare));
      }
    }
    Optional<ParameterLayout> origin =
        Optional.ofNullable(reader.metadata().get("encoder"))
            .filter(encoder -> delta)
            .map(encoder -> layout(file.path() + ", encoder in its metadata", encoder));
    return new GivenMask(file.path(), delta, origin, positions);
  }

  private static ParameterLayout layout(String path, String encoder) {
    return ModelConfigFile.of(path, StrictJson.parseObject(path, encoder)).encoder().layout();
  }

  private static String withoutSuffix(String name) {
    return name.endsWith(DeltaFile.POSITIONS)
        ? name.substring(0, name.length() - DeltaFile.POSITIONS.length())
        : name;
  }

  private static int[] rising(SafetensorsReader reader, String name) {
    if (reader.tensors().get(name).shape().size() != 1) {
      throw new CorruptFileException(
          reader.path(),
          "tensor %s has the shape %s; a mask's positions are a list"
              .formatted(name, reader.tensors().get(name).shape()));
    }
    int[] positions = reader.positions(name);
    for (int i = 1; i < positions.length; i++) {
      if (positions[i] <= positions[i - 1]) {
        throw new CorruptFileException(
            reader.path(),
            positions[i] == positions[i - 1]
                ? "tensor %s has the position %d twice (element %d)"
                    .formatted(name, positions[i], i)
                : "tensor %s has the position %d after %d (element %d): sort them"
                    .formatted(name, positions[i], positions[i - 1], i));
      }
    }
    return positions;
  }

  /**
   * The mask over a model's tensors.
   *
   * @throws CorruptFileException where it names a tensor that the model has not, or a position
   *     outside of one
   * @throws DataException where it names a tensor that the configuration leaves out, or no position
   */
  Mask over(ParameterLayout layout, MaskScope scope, MaskRange range) {
    Mask.Builder mask = new Mask.Builder(layout);
    positions.forEach(
        (name, chosen) -> {
          int t = layout.indexOf(name);
          if (t < 0) {
            List<String> known = layout.tensors().stream().map(TensorSpec::name).toList();
            throw new CorruptFileException(
                path,
                "it has positions for %s, which the model has not.%s"
                    .formatted(name, NearestName.hint(name, known)));
          }
          TensorSpec tensor = layout.tensor(t);
          boolean head = tensor.part() == Part.HEAD;
          if (chosen.length == 0 || (head && delta && !range.head())) {
            return;
          }
          if (!scope.tensors().contains(t)) {
            throw leftOut(tensor);
          }
          requireSameShape(tensor);
          choose(mask, tensor, t, chosen);
        });
    Mask chosen = mask.build();
    if (chosen.size() == 0) {
      throw new DataException(
          "Cannot use %s as a mask: it has no positions, so that nothing but the head would be trained"
              .formatted(path));
    }
    return chosen;
  }

  /** A position is of another row and column where the columns are not as many. */
  private void requireSameShape(TensorSpec tensor) {
    int t = origin.map(layout -> layout.indexOf(tensor.name())).orElse(-1);
    if (t >= 0 && !origin.get().tensor(t).shape().equals(tensor.shape())) {
      throw new DataException(
          "Cannot use %s as a mask: it is of a model whose %s has the shape %s, and here it has %s; use a run of a model of one size"
              .formatted(path, tensor.name(), origin.get().tensor(t).shape(), tensor.shape()));
    }
  }

  private void choose(Mask.Builder mask, TensorSpec tensor, int t, int[] chosen) {
    if (chosen == WHOLE || chosen.length == tensor.size()) {
      mask.whole(t);
      return;
    }
    int last = chosen[chosen.length - 1];
    if (chosen[0] < 0 || last >= tensor.size()) {
      throw new CorruptFileException(
          path,
          "tensor %s has the position %d, but positions of its %,d elements are 0 to %d"
              .formatted(
                  tensor.name(),
                  chosen[0] < 0 ? chosen[0] : last,
                  tensor.size(),
                  tensor.size() - 1));
    }
    mask.positions(t, chosen);
  }

  private DataException leftOut(TensorSpec tensor) {
    String remedy =
        switch (tensor.part()) {
          case HEAD -> "set method.head_in_budget: true, or take the head out: it is trained whole";
          case EMBEDDINGS -> "add embeddings to method.include";
          case ENCODER, ADDED ->
              "set method.include, method.exclude and method.tensors so that it is in";
        };
    return new DataException(
        "Cannot use %s as a mask: it has positions for %s, which is not among the tensors of the mask's range; %s"
            .formatted(path, tensor.name(), remedy));
  }

  /** SHA-256 over names and positions as the file has them: the same for every path. */
  String sha256() {
    MessageDigest digest = Sha256.digest();
    positions.forEach(
        (name, chosen) -> {
          byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
          ByteBuffer buffer = ByteBuffer.allocate(8 + bytes.length + 4 * chosen.length);
          buffer.putInt(bytes.length).put(bytes).putInt(chosen.length);
          Arrays.stream(chosen).forEach(buffer::putInt);
          digest.update(buffer.array());
        });
    return HexFormat.of().formatHex(digest.digest());
  }
}
