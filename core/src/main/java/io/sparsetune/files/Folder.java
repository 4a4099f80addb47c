package io.sparsetune.files;

import java.io.IOException;
import java.util.List;

/** A folder that files are read from, written to and removed from. */
public interface Folder extends InputFolder, OutputFolder {
  @Override
  String location();

  /**
   * Whether the folder is there.
   *
   * @throws IOException where that cannot be told
   */
  boolean exists() throws IOException;

  /**
   * Whether the folder is missing, or holds nothing but what commands that were killed have left.
   *
   * @throws IOException where it is not a folder
   */
  boolean isEmpty() throws IOException;

  /** The names of the files and folders in the folder, in order. */
  List<String> names() throws IOException;

  /** A folder in this one, whether or not it exists. */
  Folder below(String name);

  /** Removes a file if it is there. */
  void delete(String name) throws IOException;

  /** Removes a file or a folder with everything in it, if it is there. */
  void deleteAll(String name) throws IOException;
}
