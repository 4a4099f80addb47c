package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.util.Progressable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WholeFileTest {
  /** The calls that a process makes before it dies. */
  private static int callsLeft;

  @TempDir private java.nio.file.Path folder;

  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  private static void call() {
    if (callsLeft-- <= 0) {
      throw new Death();
    }
  }

  /** A store whose objects are there once their streams are closed, and whose renames copy. */
  public static final class Store extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("store:///");
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) throws IOException {
      return capability.equals(CommonPathCapabilities.ABORTABLE_STREAM)
          || super.hasPathCapability(path, capability);
    }

    @Override
    public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
      call();
      return new FSDataOutputStream(
          new Upload(java.nio.file.Path.of(file.toUri().getPath())), null);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      call();
      return super.rename(from, to);
    }

    @Override
    public boolean delete(Path path, boolean below) throws IOException {
      call();
      return super.delete(path, below);
    }
  }

  private static final class Upload extends ByteArrayOutputStream implements Abortable {
    private final java.nio.file.Path file;
    private boolean ended;

    Upload(java.nio.file.Path file) {
      this.file = file;
    }

    @Override
    public AbortableResult abort() {
      ended = true;
      return null;
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        ended = true;
        call();
        Files.write(file, toByteArray());
      }
    }
  }

  /** HDFS as far as renaming goes: the plain one replaces nothing, and the other is atomic. */
  public static final class Hdfs extends DistributedFileSystem {
    private final RawLocalFileSystem local = new RawLocalFileSystem();

    @Override
    public void initialize(URI uri, Configuration hadoop) throws IOException {
      setConf(hadoop);
      local.initialize(URI.create("file:///"), hadoop);
    }

    @Override
    public URI getUri() {
      return URI.create("fakehdfs:///");
    }

    @Override
    public Path getWorkingDirectory() {
      return new Path("fakehdfs:///");
    }

    @Override
    public Path getHomeDirectory() {
      return getWorkingDirectory();
    }

    private static Path local(Path path) {
      return new Path("file://" + path.toUri().getPath());
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
      return local.mkdirs(local(path));
    }

    @Override
    public FSDataOutputStream create(Path file, boolean overwrite) throws IOException {
      call();
      return local.create(local(file), overwrite);
    }

    @Override
    public FSDataOutputStream create(
        Path file,
        FsPermission permission,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      return create(file, overwrite);
    }

    @Override
    public long getDefaultBlockSize(Path path) {
      return 1 << 20;
    }

    @Override
    public short getDefaultReplication(Path path) {
      return 1;
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
      FileStatus status = local.getFileStatus(local(path));
      status.setPath(makeQualified(path));
      return status;
    }

    @Override
    public boolean delete(Path path, boolean below) throws IOException {
      call();
      return local.delete(local(path), below);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      call();
      return !local.exists(local(to)) && local.rename(local(from), local(to));
    }

    @Override
    public void rename(Path from, Path to, Options.Rename... options) throws IOException {
      call();
      assertThat(options).containsExactly(Options.Rename.OVERWRITE);
      Files.move(
          java.nio.file.Path.of(from.toUri().getPath()),
          java.nio.file.Path.of(to.toUri().getPath()),
          StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public boolean hasPathCapability(Path path, String capability) {
      return false;
    }
  }

  private HadoopFolder at(String scheme) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.store.impl", Store.class, FileSystem.class);
    hadoop.setClass("fs.fakehdfs.impl", Hdfs.class, FileSystem.class);
    hadoop.set("fs.viewfs.mounttable.all.link./runs", "fakehdfs://" + folder);
    return HadoopFolder.of(
        scheme.equals("viewfs") ? "viewfs://all/runs" : scheme + "://" + folder, hadoop);
  }

  private static void write(HadoopFolder there, String text, int calls) {
    callsLeft = calls;
    try {
      there.write("run.json", out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"store", "fakehdfs", "viewfs"})
  void aDeathAtAnyMomentLeavesTheOlderFileOrTheNewer(String scheme) {
    HadoopFolder there = at(scheme);
    write(there, "old", 100);
    java.nio.file.Path file = folder.resolve("run.json");
    int calls = 0;
    for (boolean dead = true; dead; calls++) {
      assertThat(file).hasContent("old");
      try {
        write(there, "new", calls);
        dead = false;
      } catch (Death e) {
        assertThat(file).exists();
      }
    }
    assertThat(calls).isGreaterThan(1);
    assertThat(file).hasContent("new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"store", "fakehdfs"})
  void aFileThatFailsHalfWrittenLeavesTheOlder(String scheme) {
    HadoopFolder there = at(scheme);
    write(there, "old", 100);
    assertThatThrownBy(
            () ->
                there.write(
                    "run.json",
                    out -> {
                      out.write('n');
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("No space left on device");
    assertThat(folder.toFile().list()).containsExactly("run.json");
    assertThat(folder.resolve("run.json")).hasContent("old");
  }

  @Test
  void aStagedFileTakesThePlaceOfAnOlderWithoutAGap() throws IOException {
    HadoopFolder there = at("fakehdfs");
    write(there, "old", 100);
    write(there.below("staged"), "new", 100);
    callsLeft = 1;
    there.moveHere(there.below("staged"), "run.json");
    assertThat(folder.resolve("run.json")).hasContent("new");
  }
}
