package io.sparsetune.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.state.StateReader;

/**
 * Reads the arrays and numbers of a checkpoint, each of the length or the range that it has to
 * have.
 */
record CheckpointReader(String path, StateReader from) {

  CorruptFileException corrupt(String problem, Object... arguments) {
    return new CorruptFileException(path, problem.formatted(arguments));
  }

  float[] floats(String name, int count) {
    float[] values = from.floats(name);
    require(name, values.length, count);
    return values;
  }

  double[] doubles(String name, int count) {
    double[] values = from.doubles(name);
    require(name, values.length, count);
    return values;
  }

  int[] ints(String name, int count) {
    int[] values = from.ints(name);
    require(name, values.length, count);
    return values;
  }

  long[] longs(String name, int count) {
    long[] values = from.longs(name);
    require(name, values.length, count);
    return values;
  }

  private void require(String name, int length, int count) {
    if (length != count) {
      throw corrupt("its array %s has %d elements, not %d", name, length, count);
    }
  }

  /** A number of the description, from 0. */
  int whole(String key) {
    JsonNode value = from.about().path(key);
    if (!value.isInt() || value.intValue() < 0) {
      throw corrupt("its %s is not a whole number", key);
    }
    return value.intValue();
  }

  /** The same, of an array. */
  int whole(String name, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw corrupt("its %s is %d, out of range", name, value);
    }
    return (int) value;
  }
}
