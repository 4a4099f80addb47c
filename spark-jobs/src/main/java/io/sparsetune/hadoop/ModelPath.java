package io.sparsetune.hadoop;

import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * Where a base model is: a folder, or an {@code .onnx} file in one.
 *
 * @param folder the file's, for a file
 * @param onnx the file's name; empty for a folder
 */
public record ModelPath(String folder, String onnx) implements Serializable {

  /**
   * @throws io.sparsetune.error.ConfigException for a path that is none
   */
  public static ModelPath of(String path) {
    if (!path.endsWith(".onnx")) {
      return new ModelPath(path, "");
    }
    Path file = HadoopFiles.path(path);
    String parent = file.getParent() == null ? "" : file.getParent().toString();
    return new ModelPath(parent.isEmpty() ? "." : parent, file.getName());
  }

  public boolean isOnnx() {
    return !onnx.isEmpty();
  }
}
