package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables whose files are not the table. */
class LakeFormatTest {
  @TempDir private Path folder;

  @Test
  void aDeltaTableIsRefusedWhereverAPathPoints() throws IOException {
    Path table = make("delta/_delta_log/00000000000000000000.json", "delta/dt=1/a.parquet");
    String log = table.resolve("delta/_delta_log").toString();
    for (String path :
        List.of("delta", "delta/dt=1", "delta/dt=1/a.parquet", "delta/*/*", "delta/dt=*", ".")) {
      assertThatThrownBy(() -> find(path))
          .as(path)
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith("Cannot read data.train: " + folder + "/delta")
          .hasMessageContaining("a Delta Lake table (" + log + "). Its files also hold");
    }
    assertThatThrownBy(() -> find("delta"))
        .hasMessage(
            "Cannot read data.train: %1$s/delta is a Delta Lake table (%1$s/delta/_delta_log). Its files also hold rows that were deleted or replaced. Write the rows that it has now as parquet, spark.read.format(\"delta\").load(\"%1$s/delta\").write.parquet(…), and name that folder."
                .formatted(folder));
    assertThatThrownBy(() -> find("delta/dt=1/a.parquet"))
        .hasMessageContaining("a.parquet is part of a Delta Lake table");
  }

  @Test
  void aSymbolicLinkIntoATableIsNoWayAround() throws IOException {
    make("delta/_delta_log/0.json", "delta/a.parquet");
    Path link =
        Files.createSymbolicLink(folder.resolve("link.parquet"), folder.resolve("delta/a.parquet"));
    assertThatThrownBy(() -> find("link.parquet"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(link + " is part of a Delta Lake table");
  }

  @Test
  void anIcebergTableIsRefusedByItsMetadata() throws IOException {
    String file = "00002-0b7a-4c11.metadata.json";
    make("ice/metadata/" + file, "ice/metadata/snap-1.avro", "ice/data/x=1/a.parquet");
    for (String path : List.of("ice", "ice/data", "ice/data/x=1/a.parquet", "ice/metadata")) {
      assertThatThrownBy(() -> find(path))
          .as(path)
          .hasMessageContaining("an Iceberg table (%s/ice/metadata/%s)", folder, file)
          .hasMessageContaining("spark.read.format(\"iceberg\")");
    }
    make("hint/metadata/version-hint.text", "hint/data/a.parquet");
    assertThatThrownBy(() -> find("hint/data")).hasMessageContaining("an Iceberg table");
  }

  @Test
  void otherFormatsThatKeepALogAreRefused() throws IOException {
    make("hudi/.hoodie/hoodie.properties", "hudi/2026/a_1-0-1_2.parquet");
    assertThatThrownBy(() -> find("hudi/2026")).hasMessageContaining("a Hudi table");
    make("part/.hoodie_partition_metadata", "part/a_1-0-1_2.parquet");
    assertThatThrownBy(() -> find("part")).hasMessageContaining("a Hudi table");
    make(
        "pai/snapshot/snapshot-1",
        "pai/schema/schema-0",
        "pai/manifest/manifest-0",
        "pai/bucket-0/data-0.parquet");
    assertThatThrownBy(() -> find("pai/bucket-0")).hasMessageContaining("a Paimon table");
    make("hive/delta_0000001_0000001_0000/000000_0.parquet");
    assertThatThrownBy(() -> find("hive")).hasMessageContaining("a transactional Hive table");
    make("stream/_spark_metadata/0", "stream/part-0.parquet");
    assertThatThrownBy(() -> find("stream")).hasMessageContaining("a Spark streaming query");
  }

  @Test
  void whatOnlyLooksLikeATableIsRead() throws IOException {
    make("plain/metadata/notes.json", "plain/metadata/a.metadata.json", "plain/data/a.parquet");
    make("plain/data/snapshot/b.parquet", "plain/data/delta_1/base/c.parquet");
    assertThat(find("plain/data").paths()).hasSize(3);
  }

  @Test
  void aFolderIsLookedAtOnceHoweverManyOfItsFilesAreNamed() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.counting.impl", Counting.class, RawLocalFileSystem.class);
    for (int i = 0; i < 30; i++) {
      make("one/a.csv", "many/%d.csv".formatted(i));
    }
    assertThat(looks(hadoop, "many/*.csv")).isPositive().isEqualTo(looks(hadoop, "one/*.csv"));
  }

  private int looks(Configuration hadoop, String glob) {
    Counting.LOOKS.set(0);
    List<String> paths = List.of("counting://" + folder.resolve(glob));
    InputFiles.find(hadoop, "data.train", paths, Optional.empty());
    return Counting.LOOKS.get();
  }

  /** A file system that counts how often it is asked whether something is there. */
  public static final class Counting extends RawLocalFileSystem {
    private static final AtomicInteger LOOKS = new AtomicInteger();

    @Override
    public URI getUri() {
      return URI.create("counting:///");
    }

    @Override
    public boolean exists(org.apache.hadoop.fs.Path path) throws IOException {
      LOOKS.incrementAndGet();
      return super.exists(path);
    }
  }

  private InputFiles find(String path) {
    return InputFiles.find(
        new Configuration(),
        "data.train",
        List.of(folder.resolve(path).toString()),
        Optional.empty());
  }

  private Path make(String... files) throws IOException {
    for (String file : files) {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "x");
    }
    return folder;
  }
}
