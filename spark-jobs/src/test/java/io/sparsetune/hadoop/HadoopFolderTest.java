package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HadoopFolderTest {
  @TempDir private Path folder;

  /** A local disk on which files can be made, and nothing written into them. */
  public static final class FullDisk extends RawLocalFileSystem {
    /** Only Hadoop makes them. */
    private static FSError error(String message) {
      try {
        Constructor<FSError> constructor = FSError.class.getDeclaredConstructor(Throwable.class);
        constructor.setAccessible(true);
        return constructor.newInstance(new IOException(message));
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public URI getUri() {
      return URI.create("full:///");
    }

    @Override
    public FSDataOutputStream create(org.apache.hadoop.fs.Path file, boolean overwrite)
        throws IOException {
      super.create(file, overwrite).close();
      OutputStream full =
          new OutputStream() {
            @Override
            public void write(int one) {
              throw error("No space left on device");
            }
          };
      return new FSDataOutputStream(full, null);
    }
  }

  @Test
  void aFullDiskIsAFailureToWriteThatLeavesNothing() throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.full.impl", FullDisk.class, RawLocalFileSystem.class);
    HadoopFolder full = HadoopFolder.of("full://" + folder.resolve("run"), hadoop);
    assertThatThrownBy(() -> full.write("a.bin", out -> out.write(new byte[100])))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
    assertThat(folder.resolve("run")).isEmptyDirectory();
    assertThatThrownBy(full::requireWritable)
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write into full://%s: No space left on device; free some of it, or choose"
                + " another place",
            folder.resolve("run"));
  }

  /** A file system that is not the local disk to whoever asks for its class. */
  public static final class Elsewhere extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("elsewhere:///");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "elsewhere"})
  void noLinkIsFollowedByWhatIsWritten(String scheme) throws IOException {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.elsewhere.impl", Elsewhere.class, RawLocalFileSystem.class);
    Path victim = Files.writeString(folder.resolve("victim"), "kept");
    Path output = Files.createDirectories(folder.resolve("out"));
    for (String name : List.of("a", ".a.tmp", ".a.crc", "sparsetune-probe")) {
      Files.createSymbolicLink(output.resolve(name), victim);
    }
    Files.createSymbolicLink(output.resolve("dangling"), folder.resolve("nowhere"));
    HadoopFolder written = HadoopFolder.of(scheme + "://" + output, hadoop);
    written.requireWritable();
    written.write("a", out -> out.write('x'));
    written.write("dangling", out -> out.write('y'));
    assertThat(victim).hasContent("kept");
    assertThat(folder.resolve("nowhere")).doesNotExist();
    assertThat(output.resolve("a")).isRegularFile().isNotEqualTo(victim).hasContent("x");
    assertThat(Files.isSymbolicLink(output.resolve("a"))).isFalse();
    assertThat(output.resolve("dangling")).hasContent("y");
  }

  /** A disk on which little is free. */
  public static final class SmallDisk extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("small:///");
    }

    @Override
    public FsStatus getStatus(org.apache.hadoop.fs.Path path) {
      return new FsStatus(1_000_000, 999_000, 1_000);
    }
  }

  @Test
  void whatHasNoRoomIsRefusedBeforeItIsWritten() {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.small.impl", SmallDisk.class, RawLocalFileSystem.class);
    HadoopFolder small = HadoopFolder.of("small://" + folder.resolve("a/run"), hadoop);
    small.requireRoom(1_000);
    assertThatThrownBy(() -> small.requireRoom(1_001))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write into small://%s/a/run: 1,000 bytes are free there, and what is to be"
                + " written takes at least 1,001. Free some, or give another folder",
            folder);
    folder(folder.resolve("a/run")).requireRoom(1);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aPipeIsNotWaitedFor() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> HadoopFiles.file(pipe.toString(), new Configuration()).readAll(10))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read %s: it is a pipe or a device, not a file", pipe);
    assertThatThrownBy(() -> HadoopFiles.file(folder.toString(), new Configuration()).readAll(10))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read %s: it is a folder, not a file", folder);
  }

  @Test
  void whetherAFolderCanBeWrittenIsTriedWithoutATrace() throws IOException {
    HadoopFolder deep = folder(folder.resolve("a/b/c"));
    deep.requireWritable();
    assertThat(folder).isEmptyDirectory();
    Path kept = Files.createDirectories(folder.resolve("a/b"));
    Files.writeString(kept.resolve("file"), "text");
    deep.requireWritable();
    folder(kept).requireWritable();
    assertThat(kept).isDirectoryContaining("glob:**/file");
    assertThat(kept.toFile().list()).hasSize(1);
    Path under = kept.resolve("file/run");
    assertThatThrownBy(folder(under)::requireWritable)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: ", under);
    assertThat(kept.resolve("file")).hasContent("text");
  }

  private static HadoopFolder folder(Path path) {
    return HadoopFolder.of(path.toString(), new Configuration());
  }

  @Test
  void aFileSystemWhoseLibraryIsMissingIsAMistakeToMend() {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.far.impl", "org.example.FarFileSystem");
    assertThatThrownBy(() -> HadoopFiles.file("far://there/mask.safetensors", hadoop))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot reach far://there/mask.safetensors: Class org.example.FarFileSystem not found;"
                + " add the library that has it with spark-submit's --packages (for s3a://"
                + " org.apache.hadoop:hadoop-aws in Hadoop's version)");
  }
}
