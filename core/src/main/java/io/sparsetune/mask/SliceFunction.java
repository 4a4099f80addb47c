package io.sparsetune.mask;

import java.io.Serializable;

/** Looks at one slice of scores, where that slice is. */
@FunctionalInterface
public interface SliceFunction<R> extends Serializable {
  R apply(ScoreSlice slice);
}
