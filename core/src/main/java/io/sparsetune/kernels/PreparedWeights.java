package io.sparsetune.kernels;

/**
 * Copies of θ's matrices in the form that the products of dense layers read fastest: each is made
 * when a product first needs it, once for all threads, and follows θ when it is told of changes.
 * Thread-safe, but {@link #changed} must not run beside a product.
 */
public interface PreparedWeights {

  /**
   * A thread's products, with this θ.
   *
   * @param kernels the thread's own
   */
  Products products(Kernels kernels);

  /** All of the matrix that begins there in θ has other values now. */
  void changed(int offset);

  /**
   * Some of its elements have.
   *
   * @param positions in the matrix, rising
   */
  void changed(int offset, int[] positions);
}
