package io.sparsetune.safetensors;

import java.util.Map;
import java.util.SortedMap;

/** A checked header. */
record SafetensorsHeader(SortedMap<String, TensorInfo> tensors, Map<String, String> metadata) {}
