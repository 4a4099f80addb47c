package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.method.MethodConfigs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A method, and settings of its own, on the tiny task.
 *
 * @param fullAtOne whether it is full tuning, bit for bit, where its budget is everything
 */
public record MethodCase(String method, boolean fullAtOne, List<String> settings) {

  /** Every method, in every form of its own. */
  public static final List<MethodCase> ALL =
      List.of(
          of("full"),
          of("full", "method.include=['encoder.layer.*']"),
          of("random"),
          of("bitfit"),
          of("bitfit", "method.biases=[query, intermediate]"),
          of("magnitude"),
          of("sam"),
          of("sam", "method.scoring_dropout=true", "method.score_steps=6"),
          of("fisher", "method.samples=30"),
          of("fisher", "method.granularity=batch", "method.score_steps=3"),
          of("child_f"),
          of("mixout", "method.variant=lee", "method.replaced_share=0.3"),
          of("lora"),
          of(
              "lora",
              "method.target_modules=[dense, key]",
              "method.rank=3",
              "method.lora_dropout=0.2"),
          of("adapter", "method.size=4"),
          of(
              "adapter",
              "method.placement=pfeiffer",
              "method.reduction_factor=2",
              "method.activation=relu",
              "method.train_layer_norm=true"));

  private static MethodCase of(String method, String... settings) {
    return new MethodCase(method, true, List.of(settings));
  }

  /** Whether {@code method.sparsity} means anything to it. */
  public boolean hasBudget() {
    String[] all =
        Stream.concat(Stream.of("method.name=" + method), settings.stream()).toArray(String[]::new);
    return MethodConfigs.run(all).method().budget().isPresent();
  }

  /** Of the tiny task, with settings of the test's own over those of the case. */
  public RunConfig config(String... more) {
    List<String> all = new ArrayList<>(List.of("method.name=" + method));
    if (!hasBudget()) {
      all.add("method.sparsity=null");
    }
    all.addAll(settings);
    all.addAll(Arrays.asList(more));
    return TinyTask.config(all.toArray(String[]::new));
  }

  @Override
  public String toString() {
    return method + " " + String.join(" ", settings);
  }
}
