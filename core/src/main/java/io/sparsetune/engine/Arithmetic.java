package io.sparsetune.engine;

import io.sparsetune.error.ConfigException;
import io.sparsetune.kernels.Bf16Products;
import io.sparsetune.model.Precision;

/** What decides the bits of a result beside the model and the data. */
public final class Arithmetic {
  /** Defined to the bit, on whatever CPU. */
  private static final String EXACT = "exact";

  private Arithmetic() {}

  /**
   * The same text in two JVMs that give the same bits.
   *
   * @throws ConfigException where this JVM cannot compute in that precision
   */
  public static String of(Precision precision) {
    if (precision == Precision.FP32) {
      return EXACT;
    }
    String missing = Bf16Products.missing();
    if (!missing.isEmpty()) {
      throw new ConfigException(
          "Cannot use training.precision bf16: " + missing + "; remove it, fp32 runs everywhere");
    }
    return Bf16Products.name();
  }

  /**
   * @param expected what {@link #of} was where the run began
   * @throws ConfigException where this JVM's is another
   */
  public static void require(Precision precision, String expected) {
    String here = of(precision);
    if (!here.equals(expected)) {
      throw new ConfigException(
          ("Cannot use training.precision bf16: this executor computes by %s, and the run began with"
                  + " %s, which gives other bits; run on CPUs of one kind, or in fp32")
              .formatted(here, expected));
    }
  }
}
