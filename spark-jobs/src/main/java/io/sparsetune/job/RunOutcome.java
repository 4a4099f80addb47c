package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What {@code result.json} says of a finished run.
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
  private static final int LARGEST = 16 << 20;

  /**
   * @throws CorruptFileException where it is not what {@link RunSummary} writes
   */
  static RunOutcome read(ByteSource file) {
    JsonNode json = StrictJson.readObject(file, LARGEST);
    String metric = json.path("metric").asText();
    for (String field : new String[] {"n", "k", "head", "seconds"}) {
      if (!json.path(field).isNumber()) {
        throw new CorruptFileException(file.path(), "it has no number " + field);
      }
    }
    return new RunOutcome(
        json.path("n").asLong(),
        json.path("k").asLong(),
        json.path("head").asLong(),
        metric,
        decimal(json.path("validation").path(metric)),
        decimal(json.path("test").path(metric)),
        json.path("seconds").asDouble(),
        whole(json.path("bytes").path("down_per_step")),
        whole(json.path("bytes").path("up_per_step")));
  }

  private static OptionalDouble decimal(JsonNode node) {
    return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
  }

  private static OptionalLong whole(JsonNode node) {
    return node.isNumber() ? OptionalLong.of(node.asLong()) : OptionalLong.empty();
  }
}
