package io.sparsetune.pretrained;

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
import java.util.regex.Pattern;

/**
 * Weights from an ONNX export. Most tensors keep their names; the weight of a linear layer often
 * does not, and is then known by the path of the product that uses it, or by the bias that is added
 * to that product. A product multiplies from the right, so its weight lies as [in, out] and is
 * transposed.
 */
final class OnnxWeights implements WeightSource {
  /** Paths of the modules that have parameters. */
  private static final Pattern MODULE =
      Pattern.compile(
          "(.*\\.)?(query|key|value|dense|LayerNorm|classifier|out_proj"
              + "|(word|position|token_type)_embeddings)");

  private record Initializer(String tensor, boolean transposed) {}

  private final OnnxGraph graph;
  private final String file;
  private final SortedMap<String, Initializer> places = new TreeMap<>();
  private final SortedMap<String, List<Integer>> shapes = new TreeMap<>();

  OnnxWeights(OnnxGraph graph, String file) {
    this.graph = graph;
    this.file = file;
    Quantised.refuse(graph);
    for (OnnxTensor tensor : graph.tensors().values()) {
      String name = TensorNames.canonical(tensor.name());
      if (tensor.isFloat() && (name.endsWith(".weight") || name.endsWith(".bias"))) {
        put(name, new Initializer(tensor.name(), false), tensor.shape());
      }
    }
    Map<String, String> biasOf = biases();
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("MatMul") || node.op().equals("Gemm")) {
        product(node, biasOf);
      }
    }
    graph.nodes().forEach(this::unnamed);
  }

  /**
   * Gives a module the tensor that its operation uses, where no tensor has the name: an exporter
   * keeps one of several that are equal.
   */
  private void unnamed(OnnxNode node) {
    Optional<String> module = module(node);
    List<String> inputs = node.inputs();
    if (module.isEmpty()) {
      return;
    }
    String weight = module.get() + ".weight";
    String bias = module.get() + ".bias";
    switch (node.op()) {
      case "Gather" -> shared(weight, inputs, 0, 2);
      case "LayerNormalization" -> {
        shared(weight, inputs, 1, 1);
        shared(bias, inputs, 2, 1);
      }
      case "Gemm" -> shared(bias, inputs, 2, 1);
      case "Mul" -> {
        if (module.get().endsWith("LayerNorm")) {
          shared(weight, inputs, 0, 1);
          shared(weight, inputs, 1, 1);
        }
      }
      case "Add" -> {
        shared(bias, inputs, 0, 1);
        shared(bias, inputs, 1, 1);
      }
      default -> {}
    }
  }

  private void shared(String name, List<String> inputs, int input, int dimensions) {
    OnnxTensor tensor = inputs.size() <= input ? null : graph.tensors().get(inputs.get(input));
    if (tensor != null
        && tensor.isFloat()
        && tensor.elements() > 1
        && tensor.shape().size() == dimensions
        && !places.containsKey(name)) {
      put(name, new Initializer(tensor.name(), false), tensor.shape());
    }
  }

  /** The module that an operation belongs to by its path, where it is one that has parameters. */
  private static Optional<String> module(OnnxNode node) {
    String path = TensorNames.canonical(node.scope().replaceFirst("^/", "").replace('/', '.'));
    return MODULE.matcher(path).matches() ? Optional.of(path) : Optional.empty();
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
    Initializer place = new Initializer(weight.name(), transposed);
    weightName(node, weight, biasOf).ifPresent(name -> put(name, place, shape));
    module(node)
        .map(module -> module + ".weight")
        .filter(name -> !graph.tensors().containsKey(name) && !places.containsKey(name))
        .ifPresent(name -> put(name, place, shape));
  }

  private Optional<String> weightName(
      OnnxNode node, OnnxTensor weight, Map<String, String> biasOf) {
    String own = TensorNames.canonical(weight.name());
    if (own.endsWith(".weight")) {
      return Optional.of(own);
    }
    Optional<String> module = module(node);
    if (module.isPresent()) {
      return Optional.of(module.get() + ".weight");
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

  private void put(String name, Initializer place, List<Integer> shape) {
    Initializer other = places.put(name, place);
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
    Initializer place = places.get(name);
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
