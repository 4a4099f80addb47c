package io.sparsetune.quickstart;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.job.Existing;
import io.sparsetune.job.TrainJob;
import io.sparsetune.quickstart.GrammarSplit.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A first run: a small pre-trained model and pairs of wrong and corrected sentences, both from
 * Maven, become a folder with everything that a run needs, and the run. Started again it keeps what
 * is there.
 */
public final class QuickStart {
  private static final String GRAMMAR = "org/languagetool/rules/en/grammar.xml";

  /** Trains as the train command does. */
  public interface Trainer {
    TrainJob.Result train(RunConfig config, Existing existing);
  }

  private final QuickStartRequest request;
  private final Consumer<String> say;

  private QuickStart(QuickStartRequest request, Consumer<String> say) {
    this.request = request;
    this.say = say;
  }

  /**
   * Fills the folder, trains, and says what came of it and what to do next.
   *
   * @param say gets each line for the user
   * @throws ConfigException where the folder has the finished run of another configuration
   * @throws CorruptFileException where an asset is not what it should be
   */
  public static void run(QuickStartRequest request, Trainer trainer, Consumer<String> say) {
    new QuickStart(request, say).run(trainer);
  }

  /**
   * Fills the folder and trains nothing. A finished run of the same configuration stays.
   *
   * @param say gets each line for the user
   * @throws ConfigException where the folder has the finished run of another configuration
   * @throws CorruptFileException where an asset is not what it should be
   */
  public static void prepare(QuickStartRequest request, Consumer<String> say) {
    new QuickStart(request, say).prepare();
  }

  private void prepare() {
    String config = QuickStartConfig.text(request.folder(), request.seed(), request.length());
    if (Files.exists(request.run().resolve(RunFiles.SUCCESS))) {
      refuseAnother(config);
    }
    lay(config);
    say.accept("Next:");
    say.accept("  bin/sparsetune train " + request.config());
  }

  private GrammarSplit lay(String config) {
    refuseForeign();
    QuickStartFiles.writeText(request.config(), config);
    say.accept("Configuration: " + request.config());
    GrammarSplit split = data();
    model();
    return split;
  }

  private void run(Trainer trainer) {
    String config = QuickStartConfig.text(request.folder(), request.seed(), request.length());
    boolean finished = Files.exists(request.run().resolve(RunFiles.SUCCESS));
    if (finished && !request.overwrite()) {
      refuseAnother(config);
      say.accept("There already: " + request.run() + ", trained from this configuration.");
      new QuickStartReport(request).next().forEach(say);
      return;
    }
    refuseForeign();
    if (finished) {
      // From here on the run is not this configuration's.
      QuickStartFiles.delete(request.run().resolve(RunFiles.SUCCESS));
    }
    GrammarSplit split = lay(config);
    TrainJob.Result result =
        trainer.train(
            RunConfigParser.read(request.config(), List.of()),
            request.overwrite() ? Existing.OVERWRITE : Existing.GO_ON);
    QuickStartReport report = new QuickStartReport(request);
    report.result(result, split).forEach(say);
    report.next().forEach(say);
  }

  /** A folder with anything in it has to be a quick start's: only that has such a configuration. */
  private void refuseForeign() {
    try (Stream<Path> files =
        Files.isDirectory(request.folder()) ? Files.list(request.folder()) : Stream.empty()) {
      if (files.anyMatch(file -> !TemporaryName.isOne(file.getFileName().toString()))
          && !QuickStartConfig.isIn(request.folder())) {
        throw new ConfigException(
            "Cannot run the quick start in %s: the folder holds something else; name another one with --dir"
                .formatted(request.folder()));
      }
    } catch (IOException e) {
      throw new ConfigException(
          "Cannot use the folder %s: %s".formatted(request.folder(), IoReason.of(e)));
    }
  }

  private void refuseAnother(String config) {
    try {
      if (!Files.exists(request.config()) || !Files.readString(request.config()).equals(config)) {
        throw new ConfigException(
            "Cannot run the quick start in %s: it has a finished run of another configuration (%s differs). Name another folder with --dir, or replace the run with --overwrite"
                .formatted(request.folder(), request.config()));
      }
    } catch (IOException e) {
      throw new CorruptFileException(request.config().toString(), e.toString(), e);
    }
  }

  private GrammarSplit data() {
    Path jar = Asset.SENTENCES.verifiedIn(request.assets());
    say.accept("Sentences: " + Asset.SENTENCES.description());
    GrammarExamples examples =
        Asset.read(jar, GRAMMAR, in -> GrammarExamples.read(jar + "!" + GRAMMAR, in));
    GrammarSplit whole = GrammarSplit.of(examples.pairs());
    say.accept(
        "  %,d sentences with a mistake, %,d of them with a correction"
            .formatted(examples.marked(), examples.pairs().size()));
    GrammarSplit split =
        new GrammarSplit(cut(whole.train()), cut(whole.validation()), cut(whole.test()));
    write("train", split.train());
    write("validation", split.validation());
    write("test", split.test());
    return split;
  }

  private List<Row> cut(List<Row> rows) {
    return rows.subList(0, request.length().limit(rows.size()));
  }

  private void write(String part, List<Row> rows) {
    Path file = request.data().resolve(part + ".jsonl");
    QuickStartFiles.writeRows(file, rows);
    Map<String, Integer> counts = GrammarSplit.counts(rows);
    say.accept(
        "  %s: %,d rows (%,d %s, %,d %s)"
            .formatted(
                request.folder().relativize(file),
                rows.size(),
                counts.getOrDefault(GrammarSplit.CORRECT, 0),
                GrammarSplit.CORRECT,
                counts.getOrDefault(GrammarSplit.INCORRECT, 0),
                GrammarSplit.INCORRECT));
  }

  private void model() {
    if (Files.isDirectory(request.model())) {
      say.accept("Model: " + request.model() + " is there already");
      return;
    }
    Path jar = Asset.MODEL.verifiedIn(request.assets());
    say.accept("Model: " + Asset.MODEL.description());
    QuickStartModel.write(jar, request.model());
    say.accept("  model/: a Hugging Face folder (safetensors)");
  }
}
