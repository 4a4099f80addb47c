package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.sparsetune.version.LibraryVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.ParameterException;

/**
 * The files of conf/kubernetes fit each other and the jar. What the operator says of the manifest,
 * and what the image does, is asked by src/test/kubernetes/check.
 */
class KubernetesFilesTest {
  private static final Path FOLDER = Path.of("../conf/kubernetes");

  @Test
  void theImageIsOfThisVersion() throws IOException {
    String version = LibraryVersion.number();
    assertThat(dockerfile("ARG VERSION=(\\S+)")).isEqualTo(version);
    assertThat(dockerfile("-t REGISTRY/sparsetune:(\\S+)")).isEqualTo(version);
    assertThat(spec("image")).isEqualTo("REGISTRY/sparsetune:" + version);
  }

  @Test
  void theManifestNamesTheSparkAndTheJarOfTheImage() throws IOException {
    assertThat(spec("sparkVersion"))
        .isEqualTo(dockerfile("FROM apache/spark:([0-9.]+)-scala2.13-java17-ubuntu$"));
    assertThat(spec("mainApplicationFile"))
        .isEqualTo("local://" + dockerfile("COPY .* (/\\S+\\.jar)$"));
    assertThat(spec("mainClass")).isEqualTo(Main.class.getName());
  }

  @Test
  void theManifestsArgumentsAreACommand() throws IOException {
    List<String> arguments = new ArrayList<>();
    spec().path("arguments").forEach(argument -> arguments.add(argument.asText()));
    assertThat(arguments).startsWith("train");
    Cli.parse(arguments);
    arguments.add("--executors");
    assertThatThrownBy(() -> Cli.parse(arguments)).isInstanceOf(ParameterException.class);
  }

  private static String dockerfile(String pattern) throws IOException {
    Matcher found =
        Pattern.compile("(?m)" + pattern).matcher(Files.readString(FOLDER.resolve("Dockerfile")));
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }

  private static String spec(String key) throws IOException {
    return spec().path(key).asText();
  }

  private static JsonNode spec() throws IOException {
    return new ObjectMapper(new YAMLFactory())
        .readTree(FOLDER.resolve("sparkapplication.yaml").toFile())
        .path("spec");
  }
}
