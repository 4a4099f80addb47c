package io.sparsetune.mask;

import io.sparsetune.error.ConfigException;
import io.sparsetune.params.ParameterLayout;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How many parameters a mask may choose: a share p of those in scope, or a count k; of each tensor,
 * or of all together.
 */
public record MaskBudget(OptionalDouble sparsity, OptionalInt k, Scope scope) {

  public MaskBudget {
    if (sparsity.isPresent() == k.isPresent()) {
      throw new IllegalArgumentException("Invalid budget: exactly one of sparsity and k is needed");
    }
    if (sparsity.isPresent() && !(sparsity.getAsDouble() > 0 && sparsity.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "Invalid budget: sparsity %s (a share in (0, 1])".formatted(sparsity.getAsDouble()));
    }
  }

  /** Whether a budget holds for each tensor or for all together. */
  public enum Scope {
    TENSOR,
    GLOBAL
  }

  /**
   * What to choose. A share p takes max(1, ⌊p·n_t⌋) of each tensor, or ⌊p·n⌋ of all; ⌊⌋ is that of
   * the decimal number that p was written as. A count k of each tensor is dealt in proportion to
   * the tensors' sizes by largest remainders (ties to the earlier tensor), exactly k in all.
   *
   * @throws ConfigException where nothing, or more than there is, would be chosen
   */
  public TopKGoal goal(ParameterLayout layout, MaskScope tensors) {
    if (k.isPresent() && k.getAsInt() > tensors.size()) {
      throw new ConfigException(
          "Invalid method.k: %,d of %,d parameters in the mask's scope"
              .formatted(k.getAsInt(), tensors.size()));
    }
    if (scope == Scope.GLOBAL) {
      return TopKGoal.global(layout, tensors, global(tensors.size()));
    }
    int[] counts = k.isPresent() ? dealt(layout, tensors) : shares(layout, tensors);
    return TopKGoal.perTensor(layout, tensors, counts);
  }

  /** Where the least of one position a tensor takes more than p·n in all: both numbers. */
  public Optional<String> warning(ParameterLayout layout, MaskScope tensors) {
    if (k.isPresent() || scope == Scope.GLOBAL) {
      return Optional.empty();
    }
    long chosen = Arrays.stream(shares(layout, tensors)).asLongStream().sum();
    long allowed = floor(sparsity.getAsDouble(), tensors.size());
    return chosen <= allowed
        ? Optional.empty()
        : Optional.of(
            ("The mask has %,d positions, more than method.sparsity %s of %,d (%,d): every tensor"
                    + " has at least one; method.scope global keeps within the share")
                .formatted(
                    chosen, plain(decimal(sparsity.getAsDouble())), tensors.size(), allowed));
  }

  private long global(long n) {
    if (k.isPresent()) {
      return k.getAsInt();
    }
    long chosen = floor(sparsity.getAsDouble(), n);
    if (chosen == 0) {
      BigDecimal smallest =
          BigDecimal.ONE.divide(BigDecimal.valueOf(n), new MathContext(3, RoundingMode.UP));
      throw new ConfigException(
          "Invalid method.sparsity: %s of %,d parameters is none; the smallest that works is %s"
              .formatted(plain(decimal(sparsity.getAsDouble())), n, plain(smallest)));
    }
    return chosen;
  }

  private int[] shares(ParameterLayout layout, MaskScope tensors) {
    return tensors.tensors().stream()
        .mapToInt(t -> (int) Math.max(1, floor(sparsity.getAsDouble(), layout.tensor(t).size())))
        .toArray();
  }

  private int[] dealt(ParameterLayout layout, MaskScope tensors) {
    int count = tensors.tensors().size();
    int[] counts = new int[count];
    long[] remainders = new long[count];
    long left = k.getAsInt();
    for (int i = 0; i < count; i++) {
      long product = (long) k.getAsInt() * layout.tensor(tensors.tensors().get(i)).size();
      counts[i] = (int) (product / tensors.size());
      remainders[i] = product % tensors.size();
      left -= counts[i];
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(i);
    }
    order.sort(Comparator.comparingLong(i -> -remainders[i]));
    for (int i : order.subList(0, (int) left)) {
      counts[i]++;
    }
    return counts;
  }

  private static long floor(double p, long n) {
    return decimal(p).multiply(BigDecimal.valueOf(n)).setScale(0, RoundingMode.FLOOR).longValue();
  }

  private static BigDecimal decimal(double p) {
    return BigDecimal.valueOf(p);
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }
}
