package io.sparsetune.job;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskOverlap;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorPlace;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Tells how far the masks of two finished runs agree. Needs no Spark session. */
public final class OverlapJob {
  /**
   * The runs to compare.
   *
   * @param first folder of a finished run
   * @param second folder of another
   */
  public record Request(String first, String second) {}

  private final Configuration hadoop;

  public OverlapJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Compares.
   *
   * @throws DataException where there is no finished run
   * @throws ConfigException where the models have not the same tensors
   */
  public Overlap run(Request request) {
    String first = request.first();
    String second = request.second();
    SparseDelta one = Runs.open(first, hadoop).delta();
    SparseDelta other = Runs.open(second, hadoop).delta();
    ParameterLayout layout = one.layout();
    List<Integer> tensors = one.maskTensors();
    if (!names(one).equals(names(other))) {
      throw new ConfigException(
          "Cannot compare the masks of %s and %s: their models do not have the same tensors; compare runs of one base, or of bases of one size"
              .formatted(first, second));
    }
    Mask a = one.trained();
    Mask b = other.trained();
    return new Overlap(
        first,
        second,
        one.info().baseFingerprint().equals(other.info().baseFingerprint()),
        MaskOverlap.of(layout, tensors, a, b),
        MaskOverlap.of(layout, tensors, a, b, TensorPlace::layer),
        MaskOverlap.of(layout, tensors, a, b, TensorPlace::kind));
  }

  private static List<String> names(SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    return delta.maskTensors().stream()
        .map(t -> layout.tensor(t).name() + layout.tensor(t).shape())
        .toList();
  }
}
