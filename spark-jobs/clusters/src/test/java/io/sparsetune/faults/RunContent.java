package io.sparsetune.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything of a finished run that is the same for each that trains the same: not its times, and
 * not its traffic, which a killed process takes with it.
 *
 * @param delta SHA-256 of the delta, hex
 * @param metrics the lines of the log
 * @param files names in the folder, sorted
 */
record RunContent(String delta, JsonNode result, List<JsonNode> metrics, List<String> files) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> VOLATILE =
      List.of("seconds", "tokens_per_second", "milliseconds_per_step", "bytes");

  static RunContent of(Path run) throws IOException {
    List<JsonNode> metrics = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      metrics.add(withoutVolatile(JSON.readTree(line)));
    }
    try (Stream<Path> files = Files.list(run)) {
      return new RunContent(
          Sha256.hex(Files.readAllBytes(run.resolve("delta.safetensors"))),
          withoutVolatile(JSON.readTree(run.resolve("result.json").toFile())),
          metrics,
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  private static JsonNode withoutVolatile(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(VOLATILE);
    }
    node.forEach(RunContent::withoutVolatile);
    return node;
  }

  /** The differences from the expected content, in words; empty where there are none. */
  List<String> differences(RunContent expected) {
    List<String> differences = new ArrayList<>();
    compare("delta", delta, expected.delta, differences);
    compare("result", result, expected.result, differences);
    compare("log", metrics, expected.metrics, differences);
    compare("files", files, expected.files, differences);
    return differences;
  }

  private static void compare(
      String what, Object found, Object expected, List<String> differences) {
    if (!found.equals(expected)) {
      differences.add("its %s is %s and not %s".formatted(what, found, expected));
    }
  }
}
