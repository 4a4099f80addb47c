package io.sparsetune.pretrained;

import io.sparsetune.error.Shown;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.onnx.OnnxGraph;
import io.sparsetune.onnx.OnnxNode;
import io.sparsetune.safetensors.Dtype;
import io.sparsetune.safetensors.TensorInfo;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Tells models whose weights are rounded to a few bits: there is nothing to train from in them. */
final class Quantised {
  /** Operations of ONNX and of ONNX Runtime on rounded weights. */
  private static final Pattern OPERATION =
      Pattern.compile(
          "(Dynamic)?(Quantize|Dequantize).*|MatMulInteger.*|ConvInteger.*|QLinear.*|Q(Gemm|MoE)"
              + "|Q(Ordered)?(Attention|EmbedLayerNorm|MatMul|LongformerAttention).*"
              + "|MatMulNBits|MatMul(Bnb|Fp)\\w*|GatherBlockQuantized");

  /**
   * What GPTQ, AWQ, bitsandbytes, compressed-tensors and fp8 keep beside or in place of weights.
   */
  private static final Pattern BESIDE =
      Pattern.compile(
          ".*\\.(qweight|qzeros|SCB|weight_format|absmax|nested_absmax|quant_map|nested_quant_map"
              + "|weight_packed|weight_scale|weight_scale_inv|weight_zero_point|quant_state\\..*)");

  private static final Set<Dtype> ROUNDED =
      Set.of(
          Dtype.I8,
          Dtype.U8,
          Dtype.F8_E4M3,
          Dtype.F8_E5M2,
          Dtype.F8_E8M0,
          Dtype.F8_E4M3FNUZ,
          Dtype.F8_E5M2FNUZ,
          Dtype.F6_E2M3,
          Dtype.F6_E3M2,
          Dtype.F4);

  private Quantised() {}

  /**
   * @throws UnsupportedVersionException where the graph computes with rounded weights
   */
  static void refuse(OnnxGraph graph) {
    Set<String> operations = new TreeSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (OPERATION.matcher(node.op()).matches()) {
        operations.add(node.op());
      }
    }
    if (!operations.isEmpty()) {
      throw refused(graph.path(), "its operations", operations);
    }
  }

  /**
   * @throws UnsupportedVersionException where a weight of the encoder is rounded
   */
  static void refuse(String path, Collection<TensorInfo> tensors) {
    List<String> rounded =
        tensors.stream()
            .filter(tensor -> TensorNames.belongsToEncoder(TensorNames.canonical(tensor.name())))
            .filter(
                tensor ->
                    BESIDE.matcher(tensor.name()).matches()
                        || (ROUNDED.contains(tensor.dtype()) && tensor.name().endsWith(".weight")))
            .map(tensor -> tensor.name() + " of " + tensor.dtype())
            .toList();
    if (!rounded.isEmpty()) {
      throw refused(path, "its tensors", rounded);
    }
  }

  static UnsupportedVersionException refused(String path, String what, Collection<String> names) {
    return new UnsupportedVersionException(
        path,
        "the model is quantised (%s: %s), so its weights are rounded; give the float model that it was made from"
            .formatted(what, Shown.list(names)));
  }
}
