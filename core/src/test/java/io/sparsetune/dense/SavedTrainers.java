package io.sparsetune.dense;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.state.StateFile;
import io.sparsetune.sums.GradientSum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;
import java.util.function.Supplier;

/** What the state that every {@link DenseTrainer} saves has to be good for. */
public final class SavedTrainers {
  private SavedTrainers() {}

  /**
   * Interrupts a training after each of its steps.
   *
   * @param trainers makes one at the start
   * @param gradient at some values
   */
  public static void goOnBitForBit(
      Supplier<DenseTrainer> trainers, Function<float[], GradientSum> gradient, int steps) {
    DenseTrainer expected = trainers.get();
    train(expected, gradient, 0, steps);
    for (int stop = 0; stop <= steps; stop++) {
      DenseTrainer first = trainers.get();
      train(first, gradient, 0, stop);
      byte[] saved = saved(first);
      DenseTrainer second = trainers.get();
      restore(second, saved);
      assertThat(saved(second)).as("after step %d", stop).isEqualTo(saved);
      train(second, gradient, stop, steps);
      assertThat(second.state()).as("after step %d", stop).isDeepEqualTo(expected.state());
      assertThat(saved(second)).as("after step %d", stop).isEqualTo(saved(expected));
    }
  }

  /** Refuses the state of a trainer of another kind or size. */
  public static void refuse(Supplier<DenseTrainer> trainers, DenseTrainer other) {
    assertThatThrownBy(() -> restore(trainers.get(), saved(other)))
        .isInstanceOf(CorruptFileException.class);
  }

  private static void train(
      DenseTrainer trainer, Function<float[], GradientSum> gradient, int from, int to) {
    for (int step = from; step < to; step++) {
      trainer.step(step, gradient.apply(trainer.values(step)), 0.7, 0.05 / (1 + step));
    }
  }

  private static byte[] saved(DenseTrainer trainer) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      StateFile.write(out, "trainer", JsonNodeFactory.instance.objectNode(), trainer::save);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void restore(DenseTrainer trainer, byte[] saved) {
    StateFile.read(
        ByteSource.of("trainer", saved),
        "trainer",
        in -> {
          trainer.restore(in);
          return trainer;
        });
  }
}
