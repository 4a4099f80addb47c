package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that the application jar carries is listed in it, with its licence. */
@Tag("cluster")
class LicencesTest {
  private static final String FOLDER = "META-INF/licenses/";
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final Pattern POM = Pattern.compile("META-INF/maven/([^/]+)/([^/]+)/.+");

  private static JarFile jar;
  private static List<String> names;
  private static List<Row> rows;

  /** A line of the table in {@code META-INF/licenses/README.md}. */
  private record Row(
      String component, List<String> artifacts, List<String> texts, List<String> at) {
    static Row of(String line) {
      String[] cells = line.split("\\|", -1);
      assertThat(cells).as(line).hasSize(7);
      assertThat(cells[3]).as("the licence in " + line).isNotBlank();
      return new Row(cells[1].strip(), quoted(cells[2]), quoted(cells[4]), quoted(cells[5]));
    }

    private static List<String> quoted(String cell) {
      return QUOTED.matcher(cell).results().map(found -> found.group(1)).toList();
    }
  }

  private record Place(String start, Row row) {}

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile(System.getProperty("application.jar"));
    names = jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
    rows =
        text(FOLDER + "README.md")
            .lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| component"))
            .map(Row::of)
            .toList();
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @Test
  void everyFileBelongsToAListedComponent() {
    List<Place> places =
        rows.stream()
            .flatMap(row -> row.at().stream().map(start -> new Place(start, row)))
            .sorted(Comparator.comparingInt((Place place) -> place.start().length()).reversed())
            .toList();
    Set<Place> used = new HashSet<>();
    for (String name : names) {
      Place place =
          places.stream().filter(p -> name.startsWith(p.start())).findFirst().orElse(null);
      assertThat(place).as(name).isNotNull();
      assertThat(place.start().startsWith("io/sparsetune/shaded/"))
          .as("%s is listed as %s", name, place.row().component())
          .isEqualTo(name.startsWith("io/sparsetune/shaded/"));
      used.add(place);
    }
    assertThat(used).as("nothing is listed that is not there").containsAll(places);
  }

  @Test
  void everyTextThatIsNamedIsThere() throws IOException {
    for (Row row : rows) {
      assertThat(row.texts()).as(row.component()).isNotEmpty();
      for (String text : row.texts()) {
        String name = text.startsWith("../") ? "META-INF/" + text.substring(3) : FOLDER + text;
        assertThat(names).contains(name);
        assertThat(text(name)).as(name).isNotBlank();
      }
    }
    assertThat(names).contains("META-INF/NOTICE");
  }

  @Test
  void whatMavenPackedIsListed() {
    List<String> packed =
        names.stream()
            .flatMap(name -> POM.matcher(name).results())
            .map((MatchResult pom) -> pom.group(1) + ":" + pom.group(2))
            .toList();
    assertThat(packed).contains("io.sparsetune:sparsetune-core");
    assertThat(artifacts()).containsAll(packed).doesNotHaveDuplicates();
  }

  /** The plugin that writes the bills does not run where Maven is told to stay offline. */
  @Test
  void theBillsOfMaterialsBesideTheJarListTheSameArtifacts() throws IOException {
    Path target = Path.of(System.getProperty("application.jar")).getParent();
    List<Path> bills =
        List.of(
            target.resolve("sbom/application.cdx.json"),
            target.resolve("../../core/target/sbom/room.cdx.json"));
    assumeThat(bills).allMatch(Files::exists);
    Set<String> billed = new TreeSet<>();
    for (Path bill : bills) {
      JsonNode found = new ObjectMapper().readTree(bill.toFile());
      assertThat(found.get("serialNumber")).as("the same for every build").isNull();
      Stream.concat(Stream.of(found.at("/metadata/component")), stream(found.get("components")))
          .forEach(c -> billed.add(c.get("group").asText() + ":" + c.get("name").asText()));
    }
    assertThat(billed.remove("org.slf4j:slf4j-api")).as("Spark brings it").isTrue();
    assertThat(artifacts()).containsExactlyInAnyOrderElementsOf(billed);
  }

  @Test
  void whatIsNotUsedIsNotCarried() {
    assertThat(names)
        .noneMatch(name -> name.startsWith("ai/djl/repository/"))
        .noneMatch(name -> name.startsWith("ai/djl/engine/rust/"))
        .noneMatch(name -> name.startsWith("META-INF/services/ai.djl"))
        .noneMatch(name -> name.endsWith(".dll"));
  }

  private static List<String> artifacts() {
    return rows.stream().flatMap(row -> row.artifacts().stream()).toList();
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    List<JsonNode> nodes = new ArrayList<>();
    array.forEach(nodes::add);
    return nodes.stream();
  }

  private static String text(String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as(name).isNotNull();
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }
}
