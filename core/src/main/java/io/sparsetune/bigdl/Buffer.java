package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.tensor.Storage;
import java.util.function.BooleanSupplier;

/** An array that grows and never shrinks, and BigDL's storage around it. */
final class Buffer {
  private final BooleanSupplier lends;
  private final Buffer lender;
  private float[] values = {};
  private Storage<Float> storage = BigDl.storage(values);

  Buffer() {
    this(() -> false, null);
  }

  /**
   * @param lends while it is true, everything is the lender's instead
   */
  Buffer(BooleanSupplier lends, Buffer lender) {
    this.lends = lends;
    this.lender = lender;
  }

  /** The array, of at least that many elements; what it held is lost when it grows. */
  float[] array(int size) {
    if (lends.getAsBoolean()) {
      return lender.array(size);
    }
    if (values.length < size) {
      int withRoom = (int) Math.min(Integer.MAX_VALUE - 8, size + (size >> 2) + 16L);
      values = new float[values.length == 0 ? size : withRoom];
      storage = BigDl.storage(values);
    }
    return values;
  }

  /** BigDL's view of {@link #array}; renewed when BigDL's clearState has emptied it. */
  Storage<Float> storage() {
    if (lends.getAsBoolean()) {
      return lender.storage();
    }
    if ((Object) storage.array() != values) {
      storage = BigDl.storage(values);
    }
    return storage;
  }
}
