package io.sparsetune.model;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.onnx.OnnxGraph;
import io.sparsetune.onnx.OnnxNode;
import io.sparsetune.onnx.OnnxTensor;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Weights from an ONNX export. Most tensors keep their names; the weight of a linear layer often
 * does not, and is then known by the path of the product that uses it, or by the bias that is added
 * to that product. A product multiplies from the right, so its weight lies as [in, out] and is
 * transposed.
 */
final class OnnxWeights implements WeightSource {
  private record Place(String tensor, boolean transposed) {}

  private final OnnxGraph graph;
  private final String file;
  private final SortedMap<String, Place> places = new TreeMap<>();
  private final SortedMap<String, List<Integer>> shapes = new TreeMap<>();

  OnnxWeights(OnnxGraph graph, String file) {
    this.graph = graph;
    this.file = file;
    for (OnnxTensor tensor : graph.tensors().values()) {
      String name = TensorNames.canonical(tensor.name());
      if (tensor.isFloat() && (name.endsWith(".weight") || name.endsWith(".bias"))) {
        put(name, new Place(tensor.name(), false), tensor.shape());
      }
    }
    Map<String, String> biasOf = biases();
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("MatMul") || node.op().equals("Gemm")) {
        product(node, biasOf);
      }
    }
  }

  /** From the output of a node to the named bias that an Add puts on it. */
  private Map<String, String> biases() {
    Map<String, String> biasOf = new HashMap<>();
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("Add") && node.inputs().size() == 2) {
        for (int bias = 0; bias < 2; bias++) {
          if (isBias(node.inputs().get(bias))) {
            biasOf.put(node.inputs().get(1 - bias), node.inputs().get(bias));
          }
        }
      }
    }
    return biasOf;
  }

  private boolean isBias(String name) {
    return graph.tensors().containsKey(name) && TensorNames.canonical(name).endsWith(".bias");
  }

  private void product(OnnxNode node, Map<String, String> biasOf) {
    OnnxTensor weight = node.inputs().size() < 2 ? null : graph.tensors().get(node.inputs().get(1));
    if (weight == null || !weight.isFloat() || weight.shape().size() != 2) {
      return;
    }
    boolean transposed = node.numbers().getOrDefault("transB", 0.0) == 0;
    List<Integer> shape =
        transposed ? List.of(weight.shape().get(1), weight.shape().get(0)) : weight.shape();
    weightName(node, weight, biasOf)
        .ifPresent(name -> put(name, new Place(weight.name(), transposed), shape));
  }

  private Optional<String> weightName(
      OnnxNode node, OnnxTensor weight, Map<String, String> biasOf) {
    String own = TensorNames.canonical(weight.name());
    if (own.endsWith(".weight")) {
      return Optional.of(own);
    }
    String bias = node.outputs().isEmpty() ? null : biasOf.get(node.outputs().get(0));
    if (node.inputs().size() == 3 && isBias(node.inputs().get(2))) {
      bias = node.inputs().get(2);
    }
    if (bias != null) {
      String name = TensorNames.canonical(bias);
      return Optional.of(name.substring(0, name.length() - "bias".length()) + "weight");
    }
    String scope = node.scope();
    return scope.isEmpty()
        ? Optional.empty()
        : Optional.of(
            TensorNames.canonical(scope.replaceFirst("^/", "").replace('/', '.') + ".weight"));
  }

  private void put(String name, Place place, List<Integer> shape) {
    Place other = places.put(name, place);
    if (other != null && !other.tensor().equals(place.tensor())) {
      throw new CorruptFileException(
          graph.path(), "%s and %s are the same tensor".formatted(other.tensor(), place.tensor()));
    }
    shapes.put(name, shape);
  }

  @Override
  public String path() {
    return graph.path();
  }

  @Override
  public Map<String, List<Integer>> shapes() {
    return shapes;
  }

  @Override
  public void read(String name, FloatSink sink) throws IOException {
    Place place = places.get(name);
    if (!place.transposed()) {
      graph.floats(place.tensor(), sink);
      return;
    }
    int out = shapes.get(name).get(0);
    int in = shapes.get(name).get(1);
    float[] columns = new float[out * in];
    graph.floats(place.tensor(), FloatSink.into(columns, 0));
    float[] row = new float[in];
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        row[j] = columns[j * out + i];
      }
      sink.accept(row, in);
    }
  }

  @Override
  public List<String> files() {
    return List.of(file);
  }
}
