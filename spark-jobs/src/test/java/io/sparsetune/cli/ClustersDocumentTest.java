package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sparsetune.config.RunConfigParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.launcher.SparkLauncher;
import org.junit.jupiter.api.Test;

/** The commands, keys and messages of docs/clusters.md are there. */
class ClustersDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/clusters.md");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");
  private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");
  private static final Pattern KEY_ROW = Pattern.compile("(?m)^\\| `([a-z_.]+)` \\|");
  private static final Pattern LITERAL = Pattern.compile("\"((?:\\\\.|[^\"\\\\\n])*)\"");

  @Test
  void theCommandsAreAccepted() throws IOException {
    int trainings = 0;
    for (String command : commands()) {
      List<String> words = Arrays.asList(command.split("\\s+"));
      if (words.get(0).equals("bin/sparsetune")) {
        int end = words.contains("--") ? words.indexOf("--") : words.size();
        parse(words.subList(1, end));
        accept(words.subList(Math.min(end + 1, words.size()), words.size()));
      } else if (words.get(0).equals("spark-submit")) {
        int jar = words.indexOf(Main.class.getName()) + 1;
        assertThat(words.get(jar)).endsWith(".jar");
        accept(words.subList(1, jar));
        parse(words.subList(jar + 1, words.size()));
      } else {
        assertThat(words.get(0)).isIn("export", "docker");
      }
      trainings += words.contains("train") ? 1 : 0;
    }
    assertThat(trainings).isGreaterThan(5);
  }

  /** By this project's own command line, without what bin/sparsetune takes for itself. */
  private static void parse(List<String> words) {
    List<String> arguments = new ArrayList<>(words);
    int master = arguments.indexOf("--master");
    if (master >= 0) {
      arguments.subList(master, master + 2).clear();
    }
    assertThatCode(() -> Cli.parse(arguments)).as("%s", words).doesNotThrowAnyException();
  }

  /** By Spark's own parser of options, which refuses those that it does not know. */
  private static void accept(List<String> options) {
    SparkLauncher launcher = new SparkLauncher();
    for (int i = 0; i < options.size(); i += 2) {
      String[] both = options.get(i).split("=", 2);
      if (both.length == 2) {
        launcher.addSparkArg(both[0], both[1]);
        i--;
      } else {
        launcher.addSparkArg(options.get(i), options.get(i + 1));
      }
    }
  }

  @Test
  void theConfigurationIsAccepted() throws IOException {
    List<String> configurations = blocks("yaml");
    assertThat(configurations).isNotEmpty();
    for (String yaml : configurations) {
      RunConfigParser.parse(yaml, DOCUMENT.toString(), List.of());
    }
  }

  @Test
  void theKeysAreThere() throws IOException {
    Set<String> known =
        KEY_ROW
            .matcher(Files.readString(Path.of("../docs/configuration.md")))
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toSet());
    List<String> named =
        codes()
            .filter(code -> code.matches("(model|task|data|method|training)\\.[a-z_.]+"))
            .toList();
    assertThat(named).isNotEmpty().allMatch(known::contains);
  }

  @Test
  void theMessagesAreTheProgramsOwn() throws IOException {
    List<String> messages =
        Files.readAllLines(DOCUMENT).stream()
            .dropWhile(line -> !line.startsWith("| message |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> CODE.matcher(line).results().findFirst().orElseThrow().group(1))
            .toList();
    assertThat(messages).hasSizeGreaterThan(10);
    String said = said();
    for (String message : messages) {
      for (String part : message.split("…")) {
        assertThat(said.contains(part.strip())).as("'%s' of '%s'", part, message).isTrue();
      }
    }
  }

  /** All literals of the sources and the launcher, those that are added up as one. */
  private static String said() throws IOException {
    StringBuilder said = new StringBuilder(Files.readString(Path.of("../bin/sparsetune")));
    for (Path root : List.of(Path.of("../core/src/main/java"), Path.of("src/main/java"))) {
      try (Stream<Path> files = Files.walk(root)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
          LITERAL
              .matcher(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""))
              .results()
              .forEach(literal -> said.append(literal.group(1)).append('\n'));
        }
      }
    }
    return said.toString();
  }

  private static Stream<String> codes() throws IOException {
    return CODE.matcher(Files.readString(DOCUMENT)).results().map(found -> found.group(1));
  }

  private static List<String> blocks(String language) throws IOException {
    return BLOCK
        .matcher(Files.readString(DOCUMENT))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }

  private static List<String> commands() throws IOException {
    return blocks("bash").stream()
        .flatMap(block -> block.replace("\\\n", " ").lines())
        .filter(line -> !line.isBlank())
        .toList();
  }
}
