package io.sparsetune.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How far a run was when a command ended, by the jobs that its driver had begun and by the states
 * that were saved.
 *
 * @param step steps done
 * @param due the last step whose state was due to be saved, an evaluation's
 * @param saved the step of the newest state that is whole; empty where there is none
 */
record RunProgress(int step, int due, OptionalInt saved) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern STEP = Pattern.compile("^step (\\d+)/");
  private static final Pattern EVALUATION = Pattern.compile("^evaluation ");

  /** Bytes of a file of state before the length of its description. */
  private static final int PREAMBLE = 8 + 4;

  /**
   * @param jobs descriptions of the jobs that a driver has begun, in order
   * @param begin the step it went on from; 0 at a run's beginning
   * @param everyStep whether each step's state is due, and not only an evaluation's
   */
  static RunProgress of(List<String> jobs, int begin, Path run, boolean everyStep)
      throws IOException {
    int step = begin;
    int due = begin;
    for (int i = 0; i < jobs.size(); i++) {
      Matcher begun = STEP.matcher(jobs.get(i));
      boolean last = i == jobs.size() - 1;
      if (begun.find()) {
        // The last job may not have ended.
        step = Integer.parseInt(begun.group(1)) - (last ? 1 : 0);
        due = everyStep ? step : due;
      } else if (EVALUATION.matcher(jobs.get(i)).find() && !last) {
        due = step;
      }
    }
    return new RunProgress(step, due, saved(run.resolve("checkpoints")));
  }

  /** The furthest of this and of what was known before it. */
  RunProgress orBefore(RunProgress before) {
    return new RunProgress(
        Math.max(step, before.step),
        Math.max(due, before.due),
        saved.isPresent() ? saved : before.saved);
  }

  /** The same, where it is not known what was saved. */
  RunProgress withoutSaved() {
    return new RunProgress(step, due, OptionalInt.empty());
  }

  private static OptionalInt saved(Path checkpoints) throws IOException {
    if (!Files.exists(checkpoints)) {
      return OptionalInt.empty();
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      List<Path> newestFirst =
          files
              .filter(file -> file.getFileName().toString().startsWith("checkpoint-"))
              .sorted(Comparator.reverseOrder())
              .toList();
      return newestFirst.isEmpty() ? OptionalInt.empty() : OptionalInt.of(step(newestFirst.get(0)));
    }
  }

  private static int step(Path checkpoint) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(checkpoint));
    bytes.order(ByteOrder.LITTLE_ENDIAN).position(PREAMBLE);
    byte[] header = new byte[bytes.getInt()];
    bytes.get(header);
    JsonNode json = JSON.readTree(new String(header, StandardCharsets.UTF_8));
    return json.path("about").path("step").asInt();
  }

  /** The step from which each later process went on with the run, in order. */
  static List<Integer> begins(Path run) throws IOException {
    Path manifest = run.resolve("run.json");
    if (!Files.exists(manifest)) {
      return List.of();
    }
    return JSON.readTree(manifest.toFile()).path("attempts").findValues("from_step").stream()
        .map(JsonNode::asInt)
        .toList();
  }
}
