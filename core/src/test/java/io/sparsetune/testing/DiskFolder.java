package io.sparsetune.testing;

import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.TemporaryName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A folder on the local disk. */
public record DiskFolder(Path folder) implements Folder {
  @Override
  public String location() {
    return folder.toString();
  }

  @Override
  public boolean exists() {
    return Files.isDirectory(folder);
  }

  @Override
  public boolean isEmpty() throws IOException {
    return !exists() || names().stream().allMatch(TemporaryName::isOne);
  }

  @Override
  public Folder below(String name) {
    return new DiskFolder(folder.resolve(name));
  }

  @Override
  public void deleteAll(String name) throws IOException {
    if (Files.isDirectory(folder.resolve(name))) {
      DiskFolder below = new DiskFolder(folder.resolve(name));
      for (String each : below.names()) {
        below.deleteAll(each);
      }
    }
    delete(name);
  }

  @Override
  public boolean contains(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  @Override
  public ByteSource file(String name) {
    return ByteSource.local(folder.resolve(name));
  }

  @Override
  public void write(String name, Content content) throws IOException {
    OutputFolder.local(folder).write(name, content);
  }

  @Override
  public List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(folder.resolve(name));
  }
}
