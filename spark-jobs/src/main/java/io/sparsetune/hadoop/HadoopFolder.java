package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.LocalFolders;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.TemporaryName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;

/** A folder on a Hadoop file system; a path without a scheme is one of {@code fs.defaultFS}. */
public final class HadoopFolder implements Folder {
  private static final int PROBES = 20;

  private final FileSystem fileSystem;
  private final Path folder;
  private final String location;

  /** The same on the local disk; empty where it is elsewhere. */
  private final Optional<java.nio.file.Path> local;

  private HadoopFolder(FileSystem fileSystem, Path folder, String location) {
    this.fileSystem = fileSystem;
    this.folder = folder;
    this.location = location;
    this.local = HadoopFiles.local(fileSystem, folder);
  }

  /**
   * @throws ConfigException for a path that is none, or of a file system that is not there
   */
  public static HadoopFolder of(String path, Configuration hadoop) {
    Path folder = HadoopFiles.path(path);
    return new HadoopFolder(HadoopFiles.fileSystem(folder, hadoop), folder, path);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean exists() throws IOException {
    if (local.isPresent()) {
      requireVisible(local.get());
    }
    return fileSystem.exists(folder);
  }

  /** Hadoop calls missing what it may not look at. */
  private static void requireVisible(java.nio.file.Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      // Hadoop says the same.
    }
  }

  @Override
  public boolean isEmpty() throws IOException {
    try {
      requireFolder();
      return names().stream().allMatch(TemporaryName::isOne);
    } catch (FileNotFoundException e) {
      return true;
    }
  }

  void requireFolder() throws IOException {
    if (!fileSystem.getFileStatus(folder).isDirectory()) {
      throw new IOException("it is a file, not a folder");
    }
  }

  @Override
  public boolean contains(String name) throws IOException {
    Path file = new Path(folder, name);
    if (!fileSystem.exists(file)) {
      return false;
    }
    FileStatus status = fileSystem.getFileStatus(file);
    return status.isFile();
  }

  @Override
  public ByteSource file(String name) {
    return new HadoopFile(fileSystem, new Path(folder, name), location + "/" + name);
  }

  @Override
  public void write(String name, Content content) throws IOException {
    if (local.isPresent()) {
      OutputFolder.local(local.get()).write(name, content);
      return;
    }
    make();
    WholeFile.write(fileSystem, new Path(folder, name), content);
  }

  /** Makes the folder, and those above it, where they are missing. */
  void make() throws IOException {
    if (local.isPresent()) {
      LocalFolders.make(local.get());
    } else if (!fileSystem.mkdirs(folder)) {
      throw new IOException("the folder cannot be made");
    }
  }

  /**
   * Tries to write a file, and leaves nothing of it.
   *
   * @throws DataException where that fails
   */
  public void requireWritable() {
    try {
      List<Path> made = new ArrayList<>();
      for (Path at = folder; at != null && !fileSystem.exists(at); at = at.getParent()) {
        made.add(at);
      }
      String probe = TemporaryName.create();
      try {
        writeProbe(probe);
        delete(probe);
      } finally {
        for (Path path : made) {
          deleteIfEmpty(path);
        }
      }
    } catch (IOException e) {
      throw new DataException("Cannot write into " + location + ": " + IoReason.of(e), e);
    }
  }

  /** Another command that tries the same may remove the folder just when it is made. */
  private void writeProbe(String probe) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        write(probe, out -> out.write(0));
        return;
      } catch (NoSuchFileException | FileNotFoundException e) {
        if (attempt == PROBES) {
          throw e;
        }
      }
    }
  }

  /** Removes the folder if it holds nothing. */
  void deleteIfEmpty() throws IOException {
    deleteIfEmpty(folder);
  }

  /**
   * Makes sure that there is room, where the file system tells.
   *
   * @param bytes at least so many will be written
   * @throws DataException where fewer are free
   */
  public void requireRoom(long bytes) {
    long free = free();
    if (free < bytes) {
      throw new DataException(
          "Cannot write into %s: %,d bytes are free there, and what is to be written takes at least %,d. Free some, or give another folder"
              .formatted(location, free, bytes));
    }
  }

  private long free() {
    try {
      Path there = fileSystem.makeQualified(folder);
      while (there.getParent() != null && !fileSystem.exists(there)) {
        there = there.getParent();
      }
      FsStatus status = fileSystem.getStatus(there);
      return status.getCapacity() > 0 ? status.getRemaining() : Long.MAX_VALUE;
    } catch (IOException | UnsupportedOperationException e) {
      // Whoever writes there will say it.
      return Long.MAX_VALUE;
    }
  }

  /** Another command may have begun to write there, and goes on. */
  private void deleteIfEmpty(Path path) throws IOException {
    try {
      if (fileSystem.exists(path) && fileSystem.listStatus(path).length == 0) {
        fileSystem.delete(path, false);
      }
    } catch (PathIsNotEmptyDirectoryException | FileNotFoundException e) {
      // It began between the two.
    }
  }

  /** Where it is on the local disk; empty for any other. */
  Optional<java.nio.file.Path> local() {
    return local;
  }

  @Override
  public HadoopFolder below(String name) {
    return new HadoopFolder(fileSystem, new Path(folder, name), location + "/" + name);
  }

  /** A folder in this one, called by this one's name in messages. */
  HadoopFolder unnamed(String name) {
    return new HadoopFolder(fileSystem, new Path(folder, name), location);
  }

  /** The path with its scheme, and absolute. */
  public String qualified() {
    return fileSystem.makeQualified(folder).toString();
  }

  /** Makes an empty file; false where something of that name is there. */
  boolean createNew(String name) throws IOException {
    make();
    try {
      fileSystem.create(new Path(folder, name), false).close();
      return true;
    } catch (IOException e) {
      if (fileSystem.exists(new Path(folder, name))) {
        return false;
      }
      throw e;
    }
  }

  /** Writes a small file in place, without a moment in which it is missing. */
  void rewrite(String name, byte[] bytes) throws IOException {
    if (local.isPresent() && Files.isSymbolicLink(local.get().resolve(name))) {
      throw new IOException(name + " is a link");
    }
    try (OutputStream out = fileSystem.create(new Path(folder, name), true)) {
      out.write(bytes);
    }
  }

  /** When what has that name was changed last. */
  Instant changed(String name) throws IOException {
    return Instant.ofEpochMilli(
        fileSystem.getFileStatus(new Path(folder, name)).getModificationTime());
  }

  /** Moves a file from a folder of the same file system; replaces one that is there. */
  void moveHere(HadoopFolder from, String name) throws IOException {
    if (local.isPresent()) {
      Files.move(
          from.local.orElseThrow().resolve(name),
          local.get().resolve(name),
          StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    WholeFile.move(fileSystem, new Path(from.folder, name), new Path(folder, name));
  }

  @Override
  public void delete(String name) throws IOException {
    fileSystem.delete(new Path(folder, name), false);
  }

  @Override
  public void deleteAll(String name) throws IOException {
    fileSystem.delete(new Path(folder, name), true);
  }

  /**
   * Files of the folder and of all folders below it, in order: paths relative to it, with slashes.
   * What begins with a dot or an underscore is left out.
   */
  public List<String> filesBelow() throws IOException {
    requireFolder();
    List<String> found = new ArrayList<>();
    collect(folder, "", found);
    found.sort(null);
    return found;
  }

  private void collect(Path at, String prefix, List<String> into) throws IOException {
    for (FileStatus entry : fileSystem.listStatus(at)) {
      String name = entry.getPath().getName();
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (entry.isDirectory()) {
        collect(entry.getPath(), prefix + name + "/", into);
      } else {
        into.add(prefix + name);
      }
    }
  }

  @Override
  public List<String> names() throws IOException {
    return Arrays.stream(fileSystem.listStatus(folder))
        .map(entry -> entry.getPath().getName())
        .sorted()
        .toList();
  }
}
