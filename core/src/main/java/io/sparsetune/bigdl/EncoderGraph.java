package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.Input$;
import com.intel.analytics.bigdl.nn.StaticGraph;
import com.intel.analytics.bigdl.nn.Tanh;
import com.intel.analytics.bigdl.nn.abstractnn.AbstractModule;
import com.intel.analytics.bigdl.nn.abstractnn.Activity;
import com.intel.analytics.bigdl.tensor.Tensor;
import com.intel.analytics.bigdl.utils.LayerException;
import com.intel.analytics.bigdl.utils.Node;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.Loss;
import io.sparsetune.model.Pooling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * The model as one BigDL graph: embeddings, layers, head, and for classification the logarithms of
 * probabilities. Where the head reads each sequence's first state only, the last layer computes no
 * other: of the rest it takes keys and values. Knows which modules lie below the lowest trained
 * tensor.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
final class EncoderGraph {
  private static final int[] NO_TENSORS = {};

  /** A module with its tensors and the names of the modules that feed it. */
  private record Step(int[] tensors, List<String> from) {}

  private final Workspace ws;
  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final Map<String, Node<AbstractModule<Activity, Activity, Float>>> nodes =
      new LinkedHashMap<>();
  private final StaticGraph<Float> graph;
  private final Slot hidden;
  private final Slot logits;
  private boolean trainable;

  EncoderGraph(Workspace ws) {
    this.ws = ws;
    this.logits = ws.own();
    nodes.put("tokens", Input$.MODULE$.apply("tokens", BigDl.FLOAT, BigDl.NUMERIC));
    steps.put("tokens", new Step(NO_TENSORS, List.of()));
    Embeddings embeddings = new Embeddings(ws, 0);
    String top = add("embeddings", embeddings, embeddings.tensors(), "tokens");
    Slot states = embeddings.states();
    int layers = ws.spec.encoder().layers();
    boolean mean = ws.spec.pooling() == Pooling.MEAN;
    for (int layer = 0; layer < layers; layer++) {
      boolean firsts = !mean && layer == layers - 1;
      String queried = firsts ? add("first states", new Pool(ws, false), NO_TENSORS, top) : top;
      AddNorm last = layer(layer, top, queried, firsts);
      top = "encoder.layer." + layer + ".output.LayerNorm";
      states = last.states();
    }
    this.hidden = states;
    String output = head(mean ? add("pooling", new Pool(ws, true), NO_TENSORS, top) : top);
    this.graph =
        new StaticGraph<>(
            seq(nodes.get("tokens")),
            seq(nodes.get(output)),
            (Option) Option.empty(),
            false,
            BigDl.FLOAT,
            BigDl.NUMERIC);
  }

  /**
   * @param x all tokens' states, which give keys and values
   * @param queried the states that the layer makes new ones from
   * @param firsts whether those are the sequences' first
   */
  private AddNorm layer(int layer, String x, String queried, boolean firsts) {
    String name = "encoder.layer." + layer + ".";
    String self = name + "attention.self.";
    String query = linear(List.of(self + "query"), ws.kept("query"), "query", queried);
    String keys =
        linear(List.of(self + "key", self + "value"), ws.kept("key.value"), "key.value", x);
    SelfAttention heads = new SelfAttention(ws, 3 * layer + 1, firsts);
    String attention = add(self + "attention", heads, NO_TENSORS, query, keys);
    String dense = dense(name + "attention.output.dense", "attention.output", attention);
    AddNorm middle =
        new AddNorm(ws, name + "attention.output.LayerNorm", "attention", 3 * layer + 2);
    String y = add(name + "attention.output.LayerNorm", middle, middle.tensors(), dense, queried);
    String inner =
        linear(List.of(name + "intermediate.dense"), ws.kept("intermediate"), "intermediate", y);
    String activated = add(name + "intermediate.activation", new Activate(ws), NO_TENSORS, inner);
    String outer = dense(name + "output.dense", "output", activated);
    AddNorm last = new AddNorm(ws, name + "output.LayerNorm", "output", 3 * layer + 3);
    add(name + "output.LayerNorm", last, last.tensors(), outer, y);
    return last;
  }

  /** A layer whose output goes into a residual sum, by way of an adapter where there is one. */
  private String dense(String name, String role, String from) {
    if (!(ws.spec.equivalent() instanceof EquivalentModel.Adapter adapter) || !adapter.isOn(name)) {
      return linear(List.of(name), ws.passing(role), role, from);
    }
    String top = linear(List.of(name), ws.kept(role), role, from);
    String adapterName = EquivalentModel.Adapter.name(name);
    BottleneckAdapter module =
        new BottleneckAdapter(ws, adapterName, adapter.activation(), role + ".adapter");
    return add(adapterName, module, module.tensors(), top);
  }

  private String head(String pooled) {
    int site = 3 * ws.spec.encoder().layers() + 1;
    String top = pooled;
    if (ws.spec.pooling() == Pooling.POOLER) {
      top = linear(List.of("pooler.dense"), ws.own(), "pooler", top);
      top = add("pooler.tanh", new Tanh<>(BigDl.FLOAT, BigDl.NUMERIC), NO_TENSORS, top);
    }
    top = add("classifier.dropout", new Drop(ws, site), NO_TENSORS, top);
    if (ws.spec.hasRobertaHead()) {
      top = linear(List.of("classifier.dense"), ws.own(), "classifier.dense", top);
      top = add("classifier.tanh", new Tanh<>(BigDl.FLOAT, BigDl.NUMERIC), NO_TENSORS, top);
      top = add("classifier.dropout.2", new Drop(ws, site + 1), NO_TENSORS, top);
      top = linear(List.of("classifier.out_proj"), logits, "classifier", top);
    } else {
      top = linear(List.of("classifier"), logits, "classifier", top);
    }
    return ws.spec.loss() == Loss.MEAN_SQUARED_ERROR
        ? top
        : add("log.probabilities", new LogProbabilities(ws), NO_TENSORS, top);
  }

  private String linear(List<String> layers, Slot output, String role, String from) {
    MaskedLinear module = new MaskedLinear(ws, layers, output, role);
    return add(layers.get(0), module, module.tensors(), from);
  }

  private String add(
      String name, AbstractModule<?, ?, Float> module, int[] tensors, String... from) {
    module.setName(name);
    Node<AbstractModule<Activity, Activity, Float>>[] below = new Node[from.length];
    for (int i = 0; i < from.length; i++) {
      below[i] = nodes.get(from[i]);
    }
    nodes.put(name, BigDl.node(module, below));
    steps.put(name, new Step(tensors, List.of(from)));
    return name;
  }

  private static Seq<Node<AbstractModule<Activity, Activity, Float>>> seq(
      Node<AbstractModule<Activity, Activity, Float>> node) {
    return JavaConverters.asScalaBufferConverter(List.of(node)).asScala().toSeq();
  }

  /**
   * Rewires the backward pass for another set of tensors: no module computes its input's gradient
   * when nothing below it is trained.
   */
  void train(IntPredicate trained) {
    Map<String, Boolean> reaches = new LinkedHashMap<>();
    List<String> lowest = new ArrayList<>();
    trainable = false;
    steps.forEach(
        (name, step) -> {
          boolean below = step.from().stream().anyMatch(reaches::get);
          boolean own = Arrays.stream(step.tensors()).anyMatch(trained);
          reaches.put(name, below || own);
          trainable |= own;
          if (!below) {
            lowest.add(name);
          }
        });
    graph.reset();
    if (trainable) {
      graph.stopGradient(lowest.toArray(String[]::new));
    }
  }

  Tensor<Float> forward(Tensor<Float> tokens) {
    try {
      return graph.forward(tokens).toTensor(BigDl.NUMERIC);
    } catch (LayerException e) {
      throw causeOf(e);
    }
  }

  void backward(Tensor<Float> tokens, Tensor<Float> gradOutput) {
    if (!trainable) {
      return;
    }
    try {
      graph.backward(tokens, gradOutput);
    } catch (LayerException e) {
      throw causeOf(e);
    }
  }

  /** What a layer threw: BigDL wraps even errors, in a class that exists in this room alone. */
  private static RuntimeException causeOf(LayerException e) {
    Throwable cause = e.error();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException failure
        ? failure
        : new IllegalStateException(cause.getMessage(), cause);
  }

  /** The last hidden states of the latest forward pass: [hidden, tokens or sequences]. */
  Slot hidden() {
    return hidden;
  }

  /** The logits of the latest forward pass: [outputs, examples]; of choices, [1, sequences]. */
  Slot logits() {
    return logits;
  }
}
