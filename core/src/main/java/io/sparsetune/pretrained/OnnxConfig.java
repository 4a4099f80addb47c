package io.sparsetune.pretrained;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.CanonicalJson;
import io.sparsetune.onnx.OnnxGraph;
import io.sparsetune.onnx.OnnxNode;
import io.sparsetune.onnx.OnnxTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code config.json} would say of an ONNX export that has none beside it: sizes from the
 * tensors' shapes, the number of heads from how attention splits its features, the activation and
 * epsilon from the operations. Only BERT can be told so; what cannot be told is an error that asks
 * for the file.
 */
final class OnnxConfig {
  private final OnnxGraph graph;
  private final Map<String, List<Integer>> shapes;

  private OnnxConfig(OnnxGraph graph, Map<String, List<Integer>> shapes) {
    this.graph = graph;
    this.shapes = shapes;
  }

  static ObjectNode infer(OnnxGraph graph, Map<String, List<Integer>> shapes) {
    return new OnnxConfig(graph, shapes).json();
  }

  private ObjectNode json() {
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("CumSum")) {
        throw unclear("the kind of model (it counts positions as RoBERTa does)");
      }
    }
    int hidden = dimension("embeddings.word_embeddings.weight", 1);
    int layers = 0;
    while (shapes.containsKey("encoder.layer." + layers + ".output.dense.weight")) {
      layers++;
    }
    if (layers == 0) {
      throw unclear("the number of layers");
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", "bert");
    json.put("vocab_size", dimension("embeddings.word_embeddings.weight", 0));
    json.put("hidden_size", hidden);
    json.put("num_hidden_layers", layers);
    json.put("num_attention_heads", heads(hidden));
    json.put("intermediate_size", dimension("encoder.layer.0.output.dense.weight", 1));
    json.put("hidden_act", activation());
    json.put("max_position_embeddings", dimension("embeddings.position_embeddings.weight", 0));
    json.put("type_vocab_size", dimension("embeddings.token_type_embeddings.weight", 0));
    json.put("layer_norm_eps", epsilon());
    json.put("pad_token_id", 0);
    json.put("hidden_dropout_prob", 0.1);
    json.put("attention_probs_dropout_prob", 0.1);
    return json;
  }

  private int dimension(String name, int index) {
    List<Integer> shape = shapes.get(name);
    if (shape == null || shape.size() != 2) {
      throw unclear("the model's sizes (it has no matrix " + name + ")");
    }
    return shape.get(index);
  }

  /**
   * The Reshape that splits hidden into heads × head size: its target's last two sizes, whether
   * they are one constant or are put together by a Concat.
   */
  private int heads(int hidden) {
    Set<Integer> found = new TreeSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("Concat") || node.op().equals("Reshape")) {
        List<Double> sizes = new ArrayList<>();
        List<String> inputs = node.inputs();
        for (String input :
            node.op().equals("Reshape") && inputs.size() == 2 ? inputs.subList(1, 2) : inputs) {
          OnnxTensor constant = graph.tensors().get(input);
          sizes.addAll(constant == null ? List.of(0.0) : constant.small());
        }
        int n = sizes.size();
        if (n == 4 && sizes.get(2) > 0 && sizes.get(2) * sizes.get(3) == hidden) {
          found.add(sizes.get(2).intValue());
        }
      }
    }
    if (found.size() != 1) {
      throw unclear("the number of attention heads");
    }
    return found.iterator().next();
  }

  private String activation() {
    boolean erf = false;
    boolean tanh = false;
    boolean relu = false;
    boolean sigmoid = false;
    for (OnnxNode node : graph.nodes()) {
      if (!node.scope().contains("pooler")) {
        erf |= node.op().equals("Erf") || node.op().equals("Gelu");
        tanh |= node.op().equals("Tanh");
        relu |= node.op().equals("Relu");
        sigmoid |= node.op().equals("Sigmoid");
      }
    }
    if ((erf ? 1 : 0) + (tanh ? 1 : 0) + (relu ? 1 : 0) + (sigmoid ? 1 : 0) != 1) {
      throw unclear("the activation");
    }
    return erf ? "gelu" : tanh ? "gelu_new" : relu ? "relu" : "silu";
  }

  /** The constant added to the variance of the embeddings, as the shortest decimal that it is. */
  private double epsilon() {
    Set<Double> found = new TreeSet<>();
    for (OnnxNode node : graph.nodes()) {
      if (node.op().equals("LayerNormalization") && node.numbers().containsKey("epsilon")) {
        found.add(CanonicalJson.decimal(node.numbers().get("epsilon").floatValue()));
      }
      if (node.op().equals("Add") && node.scope().endsWith("LayerNorm")) {
        for (String input : node.inputs()) {
          OnnxTensor constant = graph.tensors().get(input);
          if (constant != null && constant.small().size() == 1) {
            found.add(CanonicalJson.decimal(constant.small().get(0).floatValue()));
          }
        }
      }
    }
    if (found.size() != 1) {
      throw unclear("the epsilon of LayerNorm");
    }
    return found.iterator().next();
  }

  private UnsupportedVersionException unclear(String what) {
    return new UnsupportedVersionException(
        graph.path(), "it does not tell %s: put the model's config.json beside it".formatted(what));
  }
}
