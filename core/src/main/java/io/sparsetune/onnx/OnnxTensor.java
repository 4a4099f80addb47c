package io.sparsetune.onnx;

import io.sparsetune.safetensors.Dtype;
import java.util.List;
import java.util.Optional;

/**
 * A constant of a graph: an initializer, or the value of a {@code Constant} node.
 *
 * @param dtype empty for strings and other types without a plain layout
 * @param elements product of the shape
 * @param offset of the little-endian elements in the file; −1 where they are not laid out plainly
 * @param small the elements as numbers where there are few of them; else empty
 */
public record OnnxTensor(
    String name,
    Optional<Dtype> dtype,
    List<Integer> shape,
    long elements,
    long offset,
    List<Double> small) {
  public OnnxTensor {
    shape = List.copyOf(shape);
    small = List.copyOf(small);
  }

  /** Whether its elements can be read as float32. */
  public boolean isFloat() {
    return offset >= 0 && dtype.isPresent() && dtype.get().widensToFloat();
  }

  OnnxTensor named(String other) {
    return new OnnxTensor(other, dtype, shape, elements, offset, small);
  }
}
