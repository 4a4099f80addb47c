package io.sparsetune.cli;

import io.sparsetune.hadoop.HadoopDefaults;
import io.sparsetune.job.Overlap;
import io.sparsetune.job.OverlapJob;
import io.sparsetune.mask.MaskOverlap;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code overlap RUN RUN}. */
@Command(name = "overlap", description = "Shows how far the masks of two finished runs agree.")
final class OverlapCommand extends Common implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "RUN", description = "Folder of a finished run.")
  private String first;

  @Parameters(index = "1", paramLabel = "RUN", description = "Folder of another.")
  private String second;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Overlap found =
        new OverlapJob(HadoopDefaults.read(System.getenv()))
            .run(new OverlapJob.Request(first, second));
    if (json) {
      out().print(found.json());
    } else {
      text(found);
    }
    out().flush();
    return 0;
  }

  private void text(Overlap found) {
    if (!found.sameBase()) {
      out().println("The runs were trained on different bases.");
    }
    AlignedTable table = new AlignedTable();
    table.row("", "first", "second", "both", "at random", "Jaccard", "at random");
    found.layers().forEach((layer, overlap) -> row(table, "layer " + layer, overlap));
    found.kinds().forEach((kind, overlap) -> row(table, kind, overlap));
    row(table, "all", found.all());
    table.lines().forEach(out()::println);
  }

  private static void row(AlignedTable table, String name, MaskOverlap overlap) {
    table.row(
        name,
        count(overlap.first()),
        count(overlap.second()),
        count(overlap.both()),
        String.format(Locale.ROOT, "%,.1f", overlap.expected()),
        String.format(Locale.ROOT, "%.4f", overlap.jaccard()),
        String.format(Locale.ROOT, "%.4f", overlap.expectedJaccard()));
  }

  private static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
