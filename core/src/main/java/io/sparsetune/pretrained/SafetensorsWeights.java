package io.sparsetune.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.InputFolder;
import io.sparsetune.files.StrictJson;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Weights from {@code model.safetensors}, or from the shards that an index lists. */
final class SafetensorsWeights implements WeightSource {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";
  private static final int MAX_INDEX_BYTES = 32 << 20;
  private static final int MAX_SHARDS = 1000;
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");

  private record StoredTensor(SafetensorsReader reader, String name) {}

  private final String path;
  private final List<String> files;
  private final SortedMap<String, StoredTensor> places = new TreeMap<>();
  private final SortedMap<String, List<Integer>> shapes = new TreeMap<>();

  private SafetensorsWeights(String path, List<String> files) {
    this.path = path;
    this.files = List.copyOf(files);
  }

  static SafetensorsWeights single(InputFolder folder) {
    SafetensorsReader reader = SafetensorsReader.open(folder.file(SINGLE));
    SafetensorsWeights weights = new SafetensorsWeights(reader.path(), List.of(SINGLE));
    Quantised.refuse(reader.path(), reader.tensors().values());
    for (TensorInfo tensor : reader.tensors().values()) {
      weights.add(reader, tensor);
    }
    return weights;
  }

  static SafetensorsWeights sharded(InputFolder folder) {
    String path = folder.file(INDEX).path();
    JsonNode map = StrictJson.readObject(folder.file(INDEX), MAX_INDEX_BYTES).get("weight_map");
    if (map == null || !map.isObject()) {
      throw new CorruptFileException(path, "it has no weight_map");
    }
    SortedMap<String, String> shardOf = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : map.properties()) {
      String shard = entry.getValue().asText();
      if (!entry.getValue().isTextual() || !PLAIN_NAME.matcher(shard).matches()) {
        throw new CorruptFileException(
            path,
            "the shard of %s is %s, but must be a file's name without a folder"
                .formatted(entry.getKey(), entry.getValue()));
      }
      shardOf.put(entry.getKey(), shard);
    }
    SortedSet<String> shards = new TreeSet<>(shardOf.values());
    if (shards.size() > MAX_SHARDS) {
      throw new CorruptFileException(path, "it lists more than %d shards".formatted(MAX_SHARDS));
    }
    List<String> files = new ArrayList<>(List.of(INDEX));
    files.addAll(shards);
    SafetensorsWeights weights = new SafetensorsWeights(path, files);
    Map<String, SafetensorsReader> readers = new TreeMap<>();
    for (String shard : shards) {
      SafetensorsReader reader = SafetensorsReader.open(folder.file(shard));
      Quantised.refuse(reader.path(), reader.tensors().values());
      readers.put(shard, reader);
    }
    shardOf.forEach(
        (name, shard) -> {
          TensorInfo tensor = readers.get(shard).tensors().get(name);
          if (tensor == null) {
            throw new CorruptFileException(
                path, "it says that %s is in %s, where it is not".formatted(name, shard));
          }
          weights.add(readers.get(shard), tensor);
        });
    return weights;
  }

  private void add(SafetensorsReader reader, TensorInfo tensor) {
    String name = TensorNames.canonical(tensor.name());
    StoredTensor other = places.put(name, new StoredTensor(reader, tensor.name()));
    if (other != null) {
      throw new CorruptFileException(
          path, "%s and %s are the same tensor".formatted(other.name(), tensor.name()));
    }
    List<Integer> shape = new ArrayList<>();
    for (long dimension : tensor.shape()) {
      if (dimension > Integer.MAX_VALUE) {
        throw new CorruptFileException(
            path, "tensor %s has an impossible shape %s".formatted(tensor.name(), tensor.shape()));
      }
      shape.add((int) dimension);
    }
    shapes.put(name, List.copyOf(shape));
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Map<String, List<Integer>> shapes() {
    return shapes;
  }

  @Override
  public void read(String name, FloatSink sink) throws IOException {
    StoredTensor place = places.get(name);
    place.reader().floats(place.name(), sink);
  }

  @Override
  public List<String> files() {
    return files;
  }
}
