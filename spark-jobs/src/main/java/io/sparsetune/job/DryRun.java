package io.sparsetune.job;

import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.error.Megabytes;
import io.sparsetune.memory.MemoryEstimate;
import io.sparsetune.memory.TrainedSizes;
import io.sparsetune.progress.TrainingPlan;
import java.util.List;

/**
 * What a run would be, without training anything.
 *
 * @param config resolved, as YAML
 * @param sample a few rows of the training data, one a line
 * @param trainExamples validationExamples, testExamples: rows that can be used
 * @param textsCut of all of them, at data.max_seq_length
 * @param headStarts where the modules of the head start from, in words
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside it
 * @param steps of the whole run
 * @param bytesDown to one executor, a step
 * @param bytesUp from one task, a step: the most
 * @param bytesDense what dense training moves each way
 * @param memory what an executor needs, in words
 * @param warnings for the user
 */
public record DryRun(
    String config,
    List<String> sample,
    long trainExamples,
    long validationExamples,
    long testExamples,
    long textsCut,
    List<String> headStarts,
    long n,
    long k,
    long head,
    int stepsPerEpoch,
    int steps,
    int evalSteps,
    int tasks,
    long bytesDown,
    long bytesUp,
    long bytesDense,
    String memory,
    List<String> warnings) {

  static DryRun of(
      Preparation run,
      List<String> sample,
      TrainedSizes sizes,
      MemoryEstimate memory,
      List<String> warnings) {
    TrainingPlan plan = TrainingPlan.of(run.config(), run.train().examples());
    int shards = run.config().training().shards();
    return new DryRun(
        RunConfigWriter.toYaml(run.config()),
        List.copyOf(sample),
        run.train().examples(),
        examples(run, Preparation.VALIDATION),
        examples(run, Preparation.TEST),
        run.textsCut(),
        run.head(),
        sizes.n(),
        sizes.k(),
        sizes.head(),
        plan.epochs().stepsPerEpoch(),
        plan.steps(),
        plan.evalSteps(),
        Math.min(shards, run.train().shards().getNumPartitions()),
        4 * sizes.trained(),
        8 * sizes.trained(),
        4L * run.spec().layout().size(),
        memory.report(),
        List.copyOf(warnings));
  }

  private static long examples(Preparation run, String set) {
    return run.evaluation().containsKey(set) ? run.evaluation().get(set).examples() : 0;
  }

  /** For people; ends with a line break. */
  public String text() {
    StringBuilder text = new StringBuilder("Configuration\n");
    config.lines().forEach(line -> text.append("  ").append(line).append('\n'));
    text.append("Data\n");
    sample.forEach(row -> text.append("  ").append(row).append('\n'));
    line(
        text,
        "%,d rows to train on, %,d to validate, %,d to test; %,d %s cut",
        trainExamples,
        validationExamples,
        testExamples,
        textsCut,
        textsCut == 1 ? "text is" : "texts are");
    text.append("Training\n");
    line(
        text,
        "k = %,d of n = %,d parameters (%.4f%%), and the head's %,d",
        k,
        n,
        100.0 * k / n,
        head);
    headStarts.forEach(origin -> line(text, "%s", origin));
    line(text, "%,d steps, %,d an epoch; %s", steps, stepsPerEpoch, evaluations());
    line(
        text,
        "a step moves %s down to an executor and at most %s up from %s (dense: %s each way)",
        Megabytes.of(bytesDown),
        Megabytes.of(bytesUp),
        tasks == 1 ? "its one task" : "each of %d tasks".formatted(tasks),
        Megabytes.of(bytesDense));
    text.append("Memory\n");
    line(text, "about %s", memory);
    if (!warnings.isEmpty()) {
      text.append("Warnings\n");
      warnings.forEach(warning -> line(text, "%s", warning));
    }
    return text.toString();
  }

  private String evaluations() {
    if (validationExamples == 0) {
      return "no evaluation, since there are no rows to validate";
    }
    return evalSteps >= steps
        ? "an evaluation at the end"
        : "an evaluation every %,d, and at the end".formatted(evalSteps);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append("  ").append(format.formatted(values)).append('\n');
  }
}
