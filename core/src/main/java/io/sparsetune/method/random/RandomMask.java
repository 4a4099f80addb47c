package io.sparsetune.method.random;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.mask.TopKGoal;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.Arrays;
import java.util.function.LongUnaryOperator;

/**
 * Positions drawn uniformly without replacement, of each tensor or of all together. Selection
 * sampling (Knuth, volume 2, algorithm S): one pass over the positions, O(k) memory.
 */
public final class RandomMask implements MaskMethod {
  private static final long ALL_TENSORS = -1;

  @Override
  public String name() {
    return "random";
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.Nothing();
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource scores) {
    return draw(problem, tensor -> Randomness.key(problem.seed(), Purpose.RANDOM_MASK, tensor));
  }

  /**
   * A random mask within the problem's budget.
   *
   * @param keys the stream for a tensor, or for all tensors together (−1)
   */
  public static Mask draw(MaskProblem problem, LongUnaryOperator keys) {
    ParameterLayout layout = problem.layout();
    MaskScope scope = problem.scope();
    TopKGoal goal = problem.goal();
    boolean global = problem.config().budget().orElseThrow().scope() == Scope.GLOBAL;
    Mask.Builder builder = new Mask.Builder(layout);
    Draw draw = new Draw(keys.applyAsLong(ALL_TENSORS), scope.size(), global ? goal.keep(0) : 0);
    for (int t : scope.tensors()) {
      int size = layout.tensor(t).size();
      if (!global) {
        draw = new Draw(keys.applyAsLong(t), size, goal.keep(goal.group(t)));
      }
      int[] chosen = draw.from(size);
      if (chosen.length == size) {
        builder.whole(t);
      } else {
        builder.positions(t, chosen);
      }
    }
    return builder.build();
  }

  /** Draws {@code wanted} of {@code left} things that pass by one after the other. */
  private static final class Draw {
    private final long key;
    private long index;
    private long left;
    private long wanted;

    Draw(long key, long left, long wanted) {
      this.key = key;
      this.left = left;
      this.wanted = wanted;
    }

    /** Which of the next {@code size} things are drawn, rising. */
    int[] from(int size) {
      int[] drawn = new int[(int) Math.min(wanted, size)];
      int count = 0;
      for (int i = 0; i < size; i++, left--) {
        if (Randomness.below(key, index++, (int) left) < wanted) {
          drawn[count++] = i;
          wanted--;
        }
      }
      return Arrays.copyOf(drawn, count);
    }
  }
}
