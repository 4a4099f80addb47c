package io.sparsetune.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.job.InspectJob;
import io.sparsetune.job.InspectResult;
import io.sparsetune.job.InspectResult.TensorCount;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect RUN}. */
@Command(name = "inspect", description = "Shows what a finished run trained, and how well.")
final class Inspect extends Common implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Parameters(paramLabel = "RUN", description = "Folder of the run.")
  private String run;

  @Option(names = "--json", description = "Print JSON, with the counts of every tensor.")
  private boolean json;

  @Override
  public Integer call() throws Exception {
    InspectResult result = InspectJob.run(run, new Configuration());
    if (json) {
      out().println(JSON.writeValueAsString(tree(result)));
    } else {
      text(result);
    }
    return 0;
  }

  private void text(InspectResult result) {
    PrintWriter out = out();
    String budget = result.budget().isPresent() ? ", p = " + result.budget().getAsDouble() : "";
    line("method", result.method() + " (scope " + result.scope() + budget + ")");
    line("trained", "k = %,d of n = %,d (%.4f%%)", result.k(), result.n(), 100 * result.sparsity());
    line(
        "head",
        "%,d, trained whole; with it %.4f%%",
        result.head(),
        100 * result.sparsityWithHead());
    line("tensors", "%,d hold trained parameters (--json counts each)", result.tensors().size());
    line("task", result.task() + (result.labels().isEmpty() ? "" : " " + result.labels()));
    line("metric", result.metric());
    result.validation().forEach((name, value) -> line("validation", "%s %.4f", name, value));
    result.test().forEach((name, value) -> line("test", "%s %.4f", name, value));
    line("base", "sha256 " + result.baseSha256());
    line("delta", "sha256 " + result.deltaSha256());
    line("run id", result.runId());
    line("version", result.libraryVersion());
    out.flush();
  }

  private void line(String name, String format, Object... values) {
    String text = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    out().println(String.format(Locale.ROOT, "%-11s %s", name, text));
  }

  private static ObjectNode tree(InspectResult result) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("run", result.run());
    tree.put("method", result.method());
    tree.put("n", result.n());
    tree.put("k", result.k());
    tree.put("head", result.head());
    tree.put("sparsity", result.sparsity());
    tree.put("sparsity_with_head", result.sparsityWithHead());
    result.budget().ifPresent(p -> tree.put("p", p));
    tree.put("scope", result.scope());
    ArrayNode tensors = tree.putArray("tensors");
    for (TensorCount tensor : result.tensors()) {
      tensors
          .addObject()
          .put("name", tensor.name())
          .put("trained", tensor.trained())
          .put("size", tensor.size());
    }
    tree.put("task", result.task());
    result.labels().forEach(tree.putArray("labels")::add);
    tree.put("metric", result.metric());
    scores(tree.putObject("validation"), result.validation());
    scores(tree.putObject("test"), result.test());
    tree.put("base_sha256", result.baseSha256());
    tree.put("delta_sha256", result.deltaSha256());
    tree.put("run_id", result.runId());
    tree.put("library_version", result.libraryVersion());
    return tree;
  }

  private static void scores(ObjectNode node, Map<String, Double> scores) {
    scores.forEach(node::put);
  }
}
