package io.sparsetune.onnx;

import io.sparsetune.files.ByteSource;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.safetensors.FloatStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An ONNX file's graph: its operations, and where its constants lie. Holds no weights and no open
 * file; safe for many threads.
 */
public final class OnnxGraph {
  private final ByteSource file;
  private final List<OnnxNode> nodes;
  private final SortedMap<String, OnnxTensor> tensors;

  OnnxGraph(ByteSource file, List<OnnxNode> nodes, Map<String, OnnxTensor> tensors) {
    this.file = file;
    this.nodes = List.copyOf(nodes);
    this.tensors = Collections.unmodifiableSortedMap(new TreeMap<>(tensors));
  }

  /**
   * Reads a file's structure; every size is checked before anything is allocated.
   *
   * @throws io.sparsetune.error.CorruptFileException where it is damaged
   * @throws io.sparsetune.error.UnsupportedVersionException where its weights are in other files
   * @throws io.sparsetune.error.DataException where it cannot be read at all
   */
  public static OnnxGraph open(ByteSource file) {
    return OnnxParser.parse(file);
  }

  public String path() {
    return file.path();
  }

  /** In the file's order. */
  public List<OnnxNode> nodes() {
    return nodes;
  }

  /** Initializers by name, constants by the name of their node's output. */
  public SortedMap<String, OnnxTensor> tensors() {
    return tensors;
  }

  /**
   * A float tensor's elements as float32, row-major.
   *
   * @throws IOException what the sink throws, and nothing else
   */
  public void floats(String name, FloatSink sink) throws IOException {
    OnnxTensor tensor = tensors.get(name);
    if (tensor == null || !tensor.isFloat()) {
      throw new IllegalArgumentException("Invalid tensor: " + name + " has no float elements");
    }
    FloatStream.read(file, tensor.offset(), tensor.dtype().get(), tensor.elements(), sink);
  }
}
