package io.sparsetune.table;

import io.sparsetune.error.DataException;
import io.sparsetune.error.NearestName;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.KeyName;
import io.sparsetune.hadoop.HadoopFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files that a configuration's paths and globs stand for, on any Hadoop file system: folders
 * give the files in them, except those whose name begins with {@code _} or {@code .}; folders that
 * are a column's value, as {@code _year=2026} is, may begin with the former.
 *
 * @param key the configuration key that named them
 * @param sources the files and folders that the configuration's paths stand for
 * @param paths at least one, none of them empty, all of one format
 * @param lengths of the files, in bytes
 */
record InputFiles(
    String key, List<String> sources, List<Path> paths, List<Long> lengths, TableFormat format) {
  private static final Pattern GLOB = Pattern.compile("[\\\\{}\\[\\]*?]");

  /**
   * @throws DataException where a path matches nothing, or every file is empty
   */
  static InputFiles find(
      Configuration hadoop, String key, List<String> names, Optional<String> format) {
    List<String> sources = new ArrayList<>();
    List<FileStatus> found = new ArrayList<>();
    for (String name : names) {
      found.addAll(find(hadoop, key, name, sources));
    }
    List<FileStatus> full = found.stream().filter(file -> file.getLen() > 0).toList();
    List<Path> paths = full.stream().map(FileStatus::getPath).toList();
    if (paths.isEmpty()) {
      throw new DataException(
          "Cannot read %s: %s is empty.".formatted(key, String.join(", ", names)));
    }
    TableFormat first = TableFormat.of(format, key, paths.get(0).getName());
    for (Path path : paths) {
      TableFormat other = TableFormat.of(format, key, path.getName());
      if (other != first) {
        throw new DataException(
            "Cannot read %s: %s is %s, but %s is %s. One list must be of one format."
                .formatted(
                    key,
                    shown(paths.get(0).toString()),
                    KeyName.of(first),
                    shown(path.toString()),
                    KeyName.of(other)));
      }
    }
    for (Path path : paths) {
      // Spark and Hadoop take every path as a glob, each with escapes of its own.
      if (GLOB.matcher(path.toString()).find()) {
        throw new DataException(
            "Cannot read %s: the name of %s has one of the characters {}[]*?\\ that globs are made of. Rename it."
                .formatted(key, shown(path.toString())));
      }
    }
    return new InputFiles(
        key, List.copyOf(sources), paths, full.stream().map(FileStatus::getLen).toList(), first);
  }

  /** The paths as Spark takes them. */
  String[] names() {
    return paths.stream().map(Path::toString).toArray(String[]::new);
  }

  /** For messages: the first file, and how many more there are. */
  String shown() {
    String first = shown(paths.get(0).toString());
    return paths.size() == 1 ? first : first + " and " + (paths.size() - 1) + " more";
  }

  private static String shown(String path) {
    return HadoopFiles.shown(path);
  }

  private static List<FileStatus> find(
      Configuration hadoop, String key, String name, List<String> sources) {
    try {
      Path pattern = HadoopFiles.path(name);
      FileSystem files = HadoopFiles.connected(pattern, hadoop);
      FileStatus[] matches = matches(files, pattern);
      if (matches.length == 0) {
        throw new DataException(
            "Cannot read %s: %s does not exist.%s".formatted(key, name, hint(files, pattern)));
      }
      Arrays.sort(matches, Comparator.comparing(FileStatus::getPath));
      List<FileStatus> found = new ArrayList<>();
      Set<Path> seen = new HashSet<>();
      for (FileStatus match : matches) {
        LakeFormat.refuse(files, match, key, hadoop, seen);
        sources.add(match.getPath().toString());
        collect(files, match, key, found);
      }
      if (found.isEmpty()) {
        throw new DataException("Cannot read %s: %s has no files.".formatted(key, name));
      }
      return found;
    } catch (IOException e) {
      throw new DataException("Cannot read %s: %s: %s".formatted(key, name, IoReason.of(e)), e);
    } catch (IllegalArgumentException e) {
      throw new DataException("Cannot read %s: %s: %s".formatted(key, name, e.getMessage()), e);
    }
  }

  /** A file of exactly that name goes before what its name would mean as a glob. */
  private static FileStatus[] matches(FileSystem files, Path pattern) throws IOException {
    if (files.exists(pattern)) {
      return new FileStatus[] {files.getFileStatus(pattern)};
    }
    FileStatus[] matches = files.globStatus(pattern);
    return matches == null ? new FileStatus[0] : matches;
  }

  private static void collect(
      FileSystem files, FileStatus status, String key, List<FileStatus> into) throws IOException {
    if (!status.isDirectory()) {
      into.add(status);
      return;
    }
    FileStatus[] inside = files.listStatus(status.getPath());
    LakeFormat.refuse(files, status.getPath(), inside, key);
    Arrays.sort(inside, Comparator.comparing(FileStatus::getPath));
    for (FileStatus entry : inside) {
      String name = entry.getPath().getName();
      boolean partition = entry.isDirectory() && PartitionColumns.isOne(name);
      if ((!name.startsWith("_") || partition) && !name.startsWith(".")) {
        collect(files, entry, key, into);
      }
    }
  }

  private static String hint(FileSystem files, Path missing) throws IOException {
    Path folder = missing.getParent();
    if (folder == null || !files.exists(folder)) {
      return "";
    }
    List<String> names =
        Arrays.stream(files.listStatus(folder)).map(file -> file.getPath().getName()).toList();
    return NearestName.hint(missing.getName(), names);
  }
}
