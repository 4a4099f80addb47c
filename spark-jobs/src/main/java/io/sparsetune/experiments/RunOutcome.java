package io.sparsetune.experiments;

import io.sparsetune.run.RunData;
import io.sparsetune.run.RunResult;
import io.sparsetune.run.Traffic;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The numbers of a trained run that tables show.
 *
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside it
 * @param metric the task's, by its key
 * @param validation the metric on the validation data; empty without them
 * @param test the metric on the test data; empty without them
 * @param seconds from the first step's preparation to the end of training
 * @param bytesDown from the driver, a step; empty where they were not measured
 * @param bytesUp to the driver, a step
 */
public record RunOutcome(
    long n,
    long k,
    long head,
    String metric,
    OptionalDouble validation,
    OptionalDouble test,
    double seconds,
    OptionalLong bytesDown,
    OptionalLong bytesUp) {

  /** Empty for a run that was not trained here. */
  static Optional<RunOutcome> of(RunResult result) {
    return result.training().map(training -> of(result, training));
  }

  private static RunOutcome of(RunResult result, RunResult.Training training) {
    Optional<Traffic> traffic = training.traffic();
    return new RunOutcome(
        result.n(),
        result.k(),
        result.head(),
        result.metric(),
        result.score(RunData.VALIDATION),
        result.score(RunData.TEST),
        training.seconds(),
        traffic.map(bytes -> OptionalLong.of(bytes.downPerStep())).orElse(OptionalLong.empty()),
        traffic.map(bytes -> OptionalLong.of(bytes.upPerStep())).orElse(OptionalLong.empty()));
  }
}
