package io.sparsetune.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.hadoop.FolderLock;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultFolderTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void aFolderOfSomethingElseIsRefusedWhateverItIs(OutputKind kind) throws IOException {
    // Any table that Spark has written, and any model.
    for (String file : List.of("_SUCCESS", "part-00000.json", "config.json", "model.safetensors")) {
      Files.createFile(folder.resolve(file));
    }
    assertThatThrownBy(() -> open(kind, true))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: the folder holds something else; give another one", folder);
    assertThat(names()).hasSize(4);
  }

  @ParameterizedTest
  @EnumSource
  void aResultIsReplacedOnlyWhenAskedToAndWithNothingElseLost(OutputKind kind) throws IOException {
    open(kind, false).write(Map.of(), whole(kind, "old"));
    Files.createFile(folder.resolve("notes.txt"));
    assertThatThrownBy(() -> open(kind, false))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it is there already; give another folder, or --overwrite to"
                + " replace it",
            folder);
    ResultFolder again = open(kind, true);
    assertThat(folder.resolve(kind.complete())).hasContent("old");
    again.write(Map.of("run_id", "abc"), whole(kind, "new"));
    assertThat(names()).containsExactlyInAnyOrder(kind.mark(), kind.complete(), "notes.txt");
    assertThat(folder.resolve(kind.complete())).hasContent("new");
    assertThat(folder.resolve(kind.mark())).content().contains("\"run_id\" : \"abc\"");
  }

  private static ResultFolder.Content whole(OutputKind kind, String text) {
    return files -> files.write(kind.complete(), out -> out.write(text.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsLeavesWhatWasThere(OutputKind kind) throws IOException {
    Path fresh = folder.resolve("fresh");
    ResultFolder.Content failing =
        files -> {
          whole(kind, "half").writeTo(files);
          throw new IOException("No space left on device");
        };
    assertThatThrownBy(
            () ->
                ResultFolder.toWrite(fresh.toString(), kind, false, HADOOP)
                    .write(Map.of(), failing))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: No space left on device", fresh);
    assertThat(fresh).doesNotExist();
    open(kind, false).write(Map.of(), whole(kind, "old"));
    assertThatThrownBy(() -> open(kind, true).write(Map.of(), failing))
        .isInstanceOf(DataException.class);
    assertThat(names()).containsExactlyInAnyOrder(kind.mark(), kind.complete());
    assertThat(folder.resolve(kind.complete())).hasContent("old");
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoThatWriteAtOnceTheFirstIsThereWholeAndTheSecondRefused(OutputKind kind)
      throws IOException {
    ResultFolder second = open(kind, false);
    ResultFolder first = open(kind, false);
    assertThatThrownBy(
            () ->
                second.write(
                    Map.of("run_id", "second"),
                    files -> {
                      first.write(Map.of("run_id", "first"), whole(kind, "first"));
                      whole(kind, "second").writeTo(files);
                    }))
        .isInstanceOf(TakenOverException.class)
        .hasMessage(
            "Cannot write into %s: another command has written there meanwhile, and what it wrote"
                + " is left as it is. Give another folder, or --overwrite to replace it",
            folder);
    assertThat(names()).containsExactlyInAnyOrder(kind.mark(), kind.complete());
    assertThat(folder.resolve(kind.complete())).hasContent("first");
    assertThat(folder.resolve(kind.mark())).content().contains("first");
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "elsewhere"})
  void manyThatOverwriteAtOnceLeaveOneWholeResult(String scheme) throws Exception {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.elsewhere.impl", Elsewhere.class, RawLocalFileSystem.class);
    String output = scheme + "://" + folder.resolve("out");
    int commands = 4;
    ExecutorService threads = Executors.newFixedThreadPool(commands);
    try {
      for (int round = 0; round < 20; round++) {
        CyclicBarrier together = new CyclicBarrier(commands);
        List<Future<Boolean>> ends = new ArrayList<>();
        for (int c = 0; c < commands; c++) {
          String mine = round + "-" + c;
          ends.add(threads.submit(() -> overwrites(output, hadoop, mine, together)));
        }
        int written = 0;
        for (Future<Boolean> end : ends) {
          written += end.get() ? 1 : 0;
        }
        assertThat(written).isPositive();
        String[] left = folder.resolve("out").toFile().list();
        assertThat(left).containsExactlyInAnyOrder("sparsetune.json", "config.json", "vocab.txt");
        String whose = Files.readString(folder.resolve("out/config.json"));
        assertThat(whose).startsWith(round + "-");
        assertThat(folder.resolve("out/vocab.txt")).hasContent(whose);
        assertThat(folder.resolve("out/sparsetune.json")).content().contains(whose);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** A process that overwrites a folder's result many times. */
  static final class Contender {
    public static void main(String[] arguments) {
      System.out.println("begins");
      for (int i = 0; i < 40; i++) {
        overwrite(arguments[0], "process " + i);
      }
    }
  }

  private static void overwrite(String output, String mine) {
    ResultFolder.toWrite(output, OutputKind.MODEL, true, HADOOP)
        .write(
            Map.of("run_id", mine),
            files -> {
              files.write("vocab.txt", out -> out.write(mine.getBytes(UTF_8)));
              files.write("config.json", out -> out.write(mine.getBytes(UTF_8)));
            });
  }

  @Test
  void processesThatOverwriteAtOnceLeaveOneWholeResultAtEveryMoment() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    Process other =
        new ProcessBuilder(java, "-cp", classes, Contender.class.getName(), folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(other.getInputStream().read()).isEqualTo('b');
      for (int i = 0; other.isAlive() || i < 10; i++) {
        overwrite(folder.toString(), "test " + i);
        try (FolderLock lock = FolderLock.ofLocal(HadoopFolder.of(folder.toString(), HADOOP))) {
          String whose = Files.readString(folder.resolve("config.json"));
          assertThat(folder.resolve("vocab.txt")).hasContent(whose);
          assertThat(folder.resolve("sparsetune.json")).content().contains("\"" + whose + "\"");
        }
      }
      assertThat(other.waitFor()).isZero();
    } finally {
      other.destroyForcibly();
    }
    assertThat(names()).containsExactlyInAnyOrder("sparsetune.json", "config.json", "vocab.txt");
  }

  /** Whether it wrote; where nothing makes others wait it may be refused. */
  private static boolean overwrites(
      String output, Configuration hadoop, String mine, CyclicBarrier together) throws Exception {
    ResultFolder result = ResultFolder.toWrite(output, OutputKind.MODEL, true, hadoop);
    try {
      result.write(
          Map.of("run_id", mine),
          files -> {
            files.write("vocab.txt", out -> out.write(mine.getBytes(UTF_8)));
            files.write("config.json", out -> out.write(mine.getBytes(UTF_8)));
            await(together);
          });
      return true;
    } catch (TakenOverException e) {
      return false;
    }
  }

  private static void await(CyclicBarrier together) {
    try {
      together.await(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A file system whose folders are not those of the local disk to whoever asks. */
  public static final class Elsewhere extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("elsewhere:///");
    }

    /** What is made only where it is missing is made once, as on HDFS. */
    @Override
    public FSDataOutputStream create(org.apache.hadoop.fs.Path file, boolean overwrite)
        throws IOException {
      if (!overwrite) {
        Files.createFile(Path.of(file.toUri().getPath()));
      }
      return super.create(file, true);
    }
  }

  @Test
  void whatAKilledCommandLeftIsNoResultAndGoesWithTheNext() throws IOException {
    Path left = Files.createDirectories(folder.resolve(".sparsetune-0123456789abcdef"));
    Files.createFile(left.resolve(".lock"));
    Files.writeString(left.resolve("model.safetensors"), "half");
    Files.createFile(folder.resolve(".sparsetune-lock"));
    open(OutputKind.MODEL, false).write(Map.of(), whole(OutputKind.MODEL, "new"));
    assertThat(names()).containsExactlyInAnyOrder("sparsetune.json", "config.json");
  }

  @ParameterizedTest
  @EnumSource
  void aFolderThatCannotBeMadeIsRefused(OutputKind kind) throws IOException {
    Path under = Files.createFile(folder.resolve("file")).resolve("out");
    assertThatThrownBy(() -> ResultFolder.toWrite(under.toString(), kind, false, HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: ", under);
  }

  @Test
  void aResultThatWasBegunIsStartedAgainOnlyWhenAskedTo() throws IOException {
    Files.createFile(folder.resolve("_predictions.json"));
    Files.createDirectories(folder.resolve("_temporary/0"));
    Files.createFile(folder.resolve("_temporary/0/part-00000.json"));
    assertThatThrownBy(() -> open(OutputKind.PREDICTIONS, false))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it holds predictions that did not get finished; give another"
                + " folder, or --overwrite to start again",
            folder);
    open(OutputKind.PREDICTIONS, true).write(Map.of(), whole(OutputKind.PREDICTIONS, ""));
    assertThat(names()).containsExactlyInAnyOrder("_predictions.json", "_SUCCESS");
  }

  @Test
  void nothingIsWrittenWhereSomethingIsRead() throws IOException {
    Path base = Files.createDirectories(folder.resolve("models/base"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), base);
    Files.createFile(folder.resolve("models/sparsetune.json"));
    for (String output :
        List.of(
            base + "/",
            folder.resolve("models").toString(),
            base.resolve("below/it").toString(),
            folder + "/other/../models/base",
            link.toString(),
            link.resolve("below").toString(),
            "file://" + base)) {
      assertThatThrownBy(() -> open(output).apartFrom("the base model", base.toString()))
          .as(output)
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Cannot write into %s: the base model is %s, and the two must not lie in each other;"
                  + " give another folder",
              output, base);
    }
    for (String output :
        List.of(folder.resolve("models/base-2"), folder.resolve("models/b")).stream()
            .map(Path::toString)
            .toList()) {
      assertThat(open(output).apartFrom("the base model", base.toString())).isNotNull();
    }
  }

  private static ResultFolder open(String output) {
    return ResultFolder.toWrite(output, OutputKind.MODEL, true, HADOOP);
  }

  @Test
  void aLocalDiskIsRefusedWhereExecutorsHaveTheirOwn() {
    ResultFolder result = open(OutputKind.PREDICTIONS, false);
    for (String master : List.of("local", "local[2]", "local-cluster[2,1,1024]")) {
      assertThat(result.seenBy(on(master))).isSameAs(result);
    }
    for (String master : List.of("spark://host:7077", "yarn", "k8s://host")) {
      assertThatThrownBy(() -> result.seenBy(on(master)))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Cannot write into %s: it is on a local disk, and each executor would write on that"
                  + " of its own machine; give a folder that every machine sees (hdfs://, s3a://,"
                  + " …)",
              folder);
    }
  }

  private static ClusterShape on(String master) {
    return ClusterShape.of(new SparkConf(false).set("spark.master", master), 2);
  }

  private ResultFolder open(OutputKind kind, boolean overwrite) {
    return ResultFolder.toWrite(folder.toString(), kind, overwrite, HADOOP);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
