package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.tensor.Storage;
import com.intel.analytics.bigdl.tensor.Tensor;

/** A module's output or input gradient: a matrix in a buffer, which modules may share. */
final class Slot {
  private final Buffer buffer;
  private Tensor<Float> tensor = BigDl.emptyTensor();
  private float[] array = {};
  private int rows;
  private int columns;

  Slot(Buffer buffer) {
    this.buffer = buffer;
  }

  /** Makes room for [rows, columns], contents undefined. */
  float[] shape(int newRows, int newColumns) {
    array = buffer.array(Math.multiplyExact(newRows, newColumns));
    Storage<Float> storage = buffer.storage();
    if (rows != newRows || columns != newColumns || tensor.storage() != storage) {
      // A new tensor: BigDL may still hold the old one elsewhere.
      tensor = BigDl.view(storage, 0, newRows, newColumns);
      rows = newRows;
      columns = newColumns;
    }
    return array;
  }

  float[] array() {
    return array;
  }

  Tensor<Float> tensor() {
    return tensor;
  }
}
