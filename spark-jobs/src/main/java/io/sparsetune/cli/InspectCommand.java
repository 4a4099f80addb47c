package io.sparsetune.cli;

import io.sparsetune.error.Printable;
import io.sparsetune.error.Shown;
import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.InspectJob;
import io.sparsetune.job.Inspection;
import io.sparsetune.mask.MaskTable;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code inspect RUN}. */
@Command(name = "inspect", description = "Shows what a finished run trained, and how well.")
final class InspectCommand extends Common implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "Folder of a finished run.")
  private String run;

  @Option(names = "--json", description = "Print JSON, with the counts of every tensor.")
  private boolean json;

  @Override
  public Integer call() {
    Inspection found =
        new InspectJob(HadoopDefaults.read(System.getenv())).run(new InspectJob.Request(run));
    if (json) {
      out().print(found.json());
    } else {
      text(found);
    }
    out().flush();
    return 0;
  }

  private void text(Inspection found) {
    double withHead = (double) (found.k() + found.head()) / (found.n() + found.head());
    line("method", found.method());
    line("trained", "k = %,d of n = %,d (%.4f%%)", found.k(), found.n(), 100 * found.sparsity());
    line("head", "%,d, trained whole; with it %.4f%%", found.head(), 100 * withHead);
    line("tensors", "%,d hold trained parameters (--json counts each)", found.tensors().size());
    line(
        "task",
        found.task() + (found.labels().isEmpty() ? "" : " [" + Shown.list(found.labels()) + "]"));
    line("pooling", found.pooling());
    line("metric", found.metric());
    found.validation().ifPresent(score -> line("validation", "%.4f", score));
    found.base().ifPresent(path -> line("base", path));
    line("", "sha256 " + found.baseSha256());
    line("delta", "%,d bytes", found.deltaBytes());
    line("", "sha256 " + found.deltaSha256());
    line("run id", found.runId());
    line("version", found.libraryVersion());
    out().println();
    budget(found.mask()).lines().forEach(out()::println);
  }

  /** Where the mask put its budget: counts by layer and kind, and shares of what is there. */
  private static AlignedTable budget(MaskTable mask) {
    AlignedTable table = new AlignedTable();
    List<String> kinds = mask.kinds();
    table.row(cells("layer", kinds.stream(), "all", "share"));
    for (String layer : mask.layers()) {
      MaskTable.Count all = mask.ofLayer(layer);
      table.row(
          cells(
              layer,
              kinds.stream().map(kind -> count(mask.at(layer, kind).chosen())),
              count(all.chosen()),
              share(all)));
    }
    MaskTable.Count all = mask.all();
    table.row(
        cells(
            "all",
            kinds.stream().map(kind -> count(mask.ofKind(kind).chosen())),
            count(all.chosen()),
            share(all)));
    table.row(cells("share", kinds.stream().map(kind -> share(mask.ofKind(kind))), share(all), ""));
    return table;
  }

  private static List<String> cells(
      String first, Stream<String> middle, String total, String last) {
    return Stream.concat(Stream.concat(Stream.of(first), middle), Stream.of(total, last)).toList();
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private static String share(MaskTable.Count count) {
    return String.format(Locale.ROOT, "%.3f%%", 100 * count.share());
  }

  private void line(String name, String format, Object... values) {
    String text =
        Printable.line(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    out().println(String.format(Locale.ROOT, "%-11s %s", name, text));
  }
}
