package io.sparsetune.testing;

import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.files.TemporaryName;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A folder in memory, to read from and to write to. */
public final class MemoryFolder implements Folder {
  private final String location;
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, MemoryFolder> folders = new TreeMap<>();

  public MemoryFolder(String location) {
    this.location = location;
  }

  /** A copy of a folder on the disk. */
  public static MemoryFolder copyOf(Path folder, String... names) {
    MemoryFolder copy = new MemoryFolder(folder.getFileName().toString());
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        if (names.length == 0 || List.of(names).contains(path.getFileName().toString())) {
          copy.put(path.getFileName().toString(), Files.readAllBytes(path));
        }
      }
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public MemoryFolder put(String name, byte[] bytes) {
    files.put(name, bytes);
    return this;
  }

  public MemoryFolder put(String name, String text) {
    return put(name, text.getBytes(StandardCharsets.UTF_8));
  }

  public MemoryFolder remove(String name) {
    files.remove(name);
    return this;
  }

  public byte[] bytes(String name) {
    return files.get(name);
  }

  public String text(String name) {
    return new String(files.get(name), StandardCharsets.UTF_8);
  }

  @Override
  public List<String> names() {
    TreeSet<String> names = new TreeSet<>(files.keySet());
    folders.forEach(
        (name, folder) -> {
          if (folder.exists()) {
            names.add(name);
          }
        });
    return List.copyOf(names);
  }

  @Override
  public boolean exists() {
    return !names().isEmpty();
  }

  @Override
  public boolean isEmpty() {
    return names().stream().allMatch(TemporaryName::isOne);
  }

  @Override
  public MemoryFolder below(String name) {
    return folders.computeIfAbsent(name, absent -> new MemoryFolder(location + "/" + name));
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public void deleteAll(String name) {
    files.remove(name);
    MemoryFolder folder = folders.remove(name);
    if (folder != null) {
      folder.files.clear();
      folder.folders.clear();
    }
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean contains(String name) {
    return files.containsKey(name);
  }

  @Override
  public ByteSource file(String name) {
    String path = location + "/" + name;
    if (files.containsKey(name)) {
      return ByteSource.of(path, files.get(name));
    }
    return new ByteSource() {
      @Override
      public String path() {
        return path;
      }

      @Override
      public long size() throws IOException {
        throw new FileNotFoundException(path);
      }

      @Override
      public InputStream openAt(long offset) throws IOException {
        throw new FileNotFoundException(path);
      }
    };
  }

  @Override
  public void write(String name, Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    content.writeTo(bytes);
    put(name, bytes.toByteArray());
  }
}
