package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.files.ByteSource;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
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
          of("child"),
          of("child", "method.rounds=3", "method.project_every=3 steps", "method.momentum=0.3"),
          of("child", "method.workers=2", "method.optimizer_at_mask_change=reset").apart(),
          of("mixout", "method.project_every=1 epoch"),
          of("lottery_ticket").apart(),
          of("lottery_ticket", "method.iterations=2", "method.dense_phase=3 steps").apart(),
          of("file", "method.path=mask.safetensors"),
          of("child_f"),
          new MethodCase(
              "magnitude", false, List.of("method.variant=fu-code", "method.burn_in=10")),
          diff("method.lambda=1e-5", "method.workers=2"),
          diff("method.structured=true", "method.penalty=mean", "method.lambda=0.01"),
          new MethodCase("diff", false, List.of("method.variant=fu-code", "method.burn_in=16")),
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

  private static MethodCase diff(String... settings) {
    List<String> all =
        new ArrayList<>(List.of("method.finetune_epochs=6", "method.finetune_learning_rate=0.02"));
    all.addAll(Arrays.asList(settings));
    return new MethodCase("diff", false, List.copyOf(all));
  }

  private static MethodCase of(String method, String... settings) {
    return new MethodCase(method, true, List.of(settings));
  }

  /** One that is not full tuning even where its budget is everything. */
  private MethodCase apart() {
    return new MethodCase(method, false, settings);
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
    return TinyTask.config(all.toArray(String[]::new)).opened(path -> everySeventh());
  }

  /** A mask file: of each of the layers' tensors every seventh position. */
  private static ByteSource everySeventh() {
    SafetensorsWriter file = new SafetensorsWriter();
    for (TensorSpec tensor : TinyTask.spec().layout().tensors()) {
      if (tensor.part() == Part.ENCODER) {
        int[] positions = IntStream.range(0, tensor.size()).filter(i -> i % 7 == 0).toArray();
        file.ints(tensor.name(), List.of(positions.length), positions);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      file.writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteSource.of("mask.safetensors", bytes.toByteArray());
  }

  @Override
  public String toString() {
    return method + " " + String.join(" ", settings);
  }
}
