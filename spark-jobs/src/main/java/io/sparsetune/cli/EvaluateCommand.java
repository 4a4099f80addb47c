package io.sparsetune.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.job.EvaluateJob;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code evaluate RUN --data FILE}. */
@Command(name = "evaluate", description = "Scores a finished run's model on labelled rows.")
final class EvaluateCommand extends Common implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Mixin private RunOptions run;
  @Mixin private Rows rows;

  @Option(names = "--json", description = "Print one line of JSON.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    EvaluateJob.Request request =
        new EvaluateJob.Request(run.path(), run.model(), rows.data(), rows.format());
    EvaluateJob.Result result =
        session()
            .onSpark(
                "sparsetune evaluate " + run.path(),
                () -> "Nothing was written.",
                spark -> new EvaluateJob(spark).run(request));
    out().println(json ? json(result) : text(result));
    out().flush();
    return 0;
  }

  private static String text(EvaluateJob.Result result) {
    return String.format(
        Locale.ROOT,
        "%s on %,d rows%s",
        TrainReport.scores(result.metric(), result.scores()),
        result.examples(),
        notes(result.truncated(), result.skipped()));
  }

  /** What happened to rows that could not be taken as they are. */
  static String notes(long truncated, long skipped) {
    String cut =
        truncated == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d cut at the maximum length", truncated);
    return cut + (skipped == 0 ? "" : String.format(Locale.ROOT, ", %,d more skipped", skipped));
  }

  private static String json(EvaluateJob.Result result) throws Exception {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("metric", result.metric());
    ObjectNode scores = tree.putObject("scores");
    result.scores().forEach(scores::put);
    tree.put("examples", result.examples());
    tree.put("truncated", result.truncated());
    tree.put("skipped", result.skipped());
    return JSON.writeValueAsString(tree);
  }
}
