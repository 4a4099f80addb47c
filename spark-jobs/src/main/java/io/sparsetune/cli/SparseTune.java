package io.sparsetune.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command without a name: everything else is below it. */
@Command(
    name = "sparsetune",
    description = "Trains sparse fine-tuned transformer models on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      QuickStartCommand.class,
      TrainCommand.class,
      ExperimentsCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      InspectCommand.class,
      OverlapCommand.class,
      MergeCommand.class,
      ImportCommand.class,
      ExportCommand.class,
      UndoCommand.class,
      ComposeCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    footer = {
      "",
      "'sparsetune COMMAND --help' says more. What stands after -- goes to spark-submit:",
      "  sparsetune train run.yaml --master yarn -- --num-executors 8 --executor-memory 6g"
    })
final class SparseTune implements Runnable {
  private final Session session;
  @Spec private CommandSpec spec;

  SparseTune(Session session) {
    this.session = session;
  }

  Session session() {
    return session;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
