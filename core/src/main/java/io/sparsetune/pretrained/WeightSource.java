package io.sparsetune.pretrained;

import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a base model's files, by the layout's names and in its orientation ([out, in] for
 * a linear layer), whatever the files call them.
 */
interface WeightSource {
  /** The file that is at fault where the tensors do not fit. */
  String path();

  /** Shapes of all tensors, those that no layout knows included. */
  Map<String, List<Integer>> shapes();

  /**
   * A tensor's elements as float32, row-major.
   *
   * @throws IOException what the sink throws, and nothing else
   */
  void read(String name, FloatSink sink) throws IOException;

  /** The names of all files that were opened. */
  List<String> files();
}
