package io.sparsetune.onnx;

import java.util.List;
import java.util.Map;

/**
 * An operation of a graph.
 *
 * @param op {@code MatMul}, {@code Gemm}, {@code Add}, …
 * @param name the exporter's: often the module's path, as in {@code
 *     /encoder/layer.0/output/dense/MatMul}
 * @param numbers the attributes that are one number
 */
public record OnnxNode(
    String op,
    String name,
    List<String> inputs,
    List<String> outputs,
    Map<String, Double> numbers) {
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    numbers = Map.copyOf(numbers);
  }

  /** The name's folders, without the operation: {@code /encoder/layer.0/output/dense}. */
  public String scope() {
    int slash = name.lastIndexOf('/');
    return slash <= 0 ? "" : name.substring(0, slash);
  }
}
