package io.sparsetune.safetensors;

import java.util.List;

/**
 * What a header says of a tensor.
 *
 * @param shape dimensions, outermost first; empty for a scalar
 * @param elements product of the shape
 * @param offset first byte, counted from the start of the file
 */
public record TensorInfo(String name, Dtype dtype, List<Long> shape, long elements, long offset) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Length in bytes. */
  public long bytes() {
    return elements * dtype.bits() / 8;
  }
}
