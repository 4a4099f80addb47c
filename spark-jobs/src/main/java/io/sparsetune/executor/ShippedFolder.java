package io.sparsetune.executor;

import io.sparsetune.files.ByteSource;
import io.sparsetune.files.InputFolder;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.SparkFiles;

/** A model's folder as it arrives on an executor: single files under names of their content. */
final class ShippedFolder implements InputFolder, Serializable {
  private static final long serialVersionUID = 1;

  private final String location;
  private final HashMap<String, String> shippedNames;

  /**
   * @param location where the folder was on the driver, for messages
   * @param shippedNames by the files' own names
   */
  ShippedFolder(String location, Map<String, String> shippedNames) {
    this.location = location;
    this.shippedNames = new HashMap<>(shippedNames);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public boolean contains(String name) {
    return shippedNames.containsKey(name);
  }

  @Override
  public ByteSource file(String name) {
    return ByteSource.local(Path.of(SparkFiles.get(shippedNames.getOrDefault(name, name))));
  }
}
