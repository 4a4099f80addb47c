package io.sparsetune.cli;

import io.sparsetune.quickstart.Length;
import io.sparsetune.quickstart.QuickStart;
import io.sparsetune.quickstart.QuickStartRequest;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code quickstart}. */
@Command(
    name = "quickstart",
    description = {
      "Trains a first model, about ten minutes on two cores: which sentences are correct English?",
      "Leaves the model, the data, the configuration and the run in one folder."
    })
final class QuickStartCommand extends Common implements Callable<Integer> {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = "runs/quickstart",
      description = "Folder to fill (${DEFAULT-VALUE}).")
  private Path folder;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Seed of the run (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--short",
      description = "A few sentences and steps, to see that everything works.")
  private boolean shortForm;

  @Option(
      names = "--prepare",
      description = "Only lay out the model, the data and the configuration; train nothing.")
  private boolean prepareOnly;

  @Option(names = "--overwrite", description = "Replace a run that is there already.")
  private boolean overwrite;

  @Option(
      names = "--assets",
      paramLabel = "DIR",
      hidden = true,
      required = true,
      description = "Where the launcher has put the model's and the sentences' jars.")
  private Path assets;

  @Override
  public Integer call() {
    QuickStartRequest request =
        new QuickStartRequest(
            folder, assets, seed, shortForm ? Length.SHORT : Length.FULL, overwrite);
    Consumer<String> say =
        line -> {
          out().println(line);
          out().flush();
        };
    if (prepareOnly) {
      QuickStart.prepare(request, say);
    } else {
      QuickStart.run(
          request, (config, existing) -> TrainCommand.train(session(), config, existing), say);
    }
    return 0;
  }
}
