package io.sparsetune.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What Spark's event log says of an application's tasks. */
public final class EventLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final List<JsonNode> events;

  private EventLog(List<JsonNode> events) {
    this.events = events;
  }

  /** The log of the only application in the folder. */
  public static EventLog read(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> logs = files.filter(Files::isRegularFile).filter(EventLog::isLog).toList();
      if (logs.size() != 1) {
        throw new IllegalStateException("Not one event log in " + folder + ": " + logs);
      }
      try (Stream<String> lines = Files.lines(logs.get(0))) {
        return new EventLog(lines.map(EventLog::parse).toList());
      }
    }
  }

  private static boolean isLog(Path file) {
    String name = file.getFileName().toString();
    return !name.endsWith(".crc") && !name.startsWith("appstatus");
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /**
   * Executors that had a task each of one stage, in jobs whose description begins so: those of the
   * stage that ran on most. A stage in which a task failed does not count, since an executor may
   * have taken another one's place there.
   */
  public Set<String> executorsOfOneStage(String description) {
    Set<Integer> stages = new TreeSet<>();
    Map<Integer, Set<String>> executors = new TreeMap<>();
    for (JsonNode event : events) {
      int stage = event.path("Stage ID").asInt();
      switch (event.path("Event").asText()) {
        case "SparkListenerJobStart" -> {
          String job = event.path("Properties").path("spark.job.description").asText();
          if (job.startsWith(description)) {
            event.path("Stage IDs").forEach(id -> stages.add(id.asInt()));
          }
        }
        case "SparkListenerTaskEnd" -> {
          if (event.path("Task End Reason").path("Reason").asText().equals("Success")) {
            executors
                .computeIfAbsent(stage, absent -> new TreeSet<>())
                .add(event.path("Task Info").path("Executor ID").asText());
          } else {
            stages.remove(stage);
          }
        }
        default -> {}
      }
    }
    executors.keySet().retainAll(stages);
    return executors.values().stream().max(Comparator.comparingInt(Set::size)).orElse(Set.of());
  }

  /** Reasons other than success for which tasks ended. */
  public List<String> failures() {
    return events.stream()
        .filter(event -> event.path("Event").asText().equals("SparkListenerTaskEnd"))
        .map(event -> event.path("Task End Reason").path("Reason").asText())
        .filter(reason -> !reason.equals("Success"))
        .toList();
  }
}
