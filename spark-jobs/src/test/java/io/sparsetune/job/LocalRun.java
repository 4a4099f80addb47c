package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.batch.ShardDealer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.local.LocalData;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.LocalTokenizer;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/** A training without Spark, read and dealt in the plainest way: what every cluster must give. */
public final class LocalRun {
  private static final ObjectMapper JSON = new ObjectMapper();

  private LocalRun() {}

  /** Bytes of the delta of a classification whose data are single jsonl files. */
  public static byte[] delta(RunConfig config) throws IOException {
    Path model = Path.of(config.model().path());
    List<JsonNode> train = rows(config.data().train().get(0));
    List<JsonNode> validation = rows(config.data().validation().get(0));
    TreeSet<String> names = new TreeSet<>();
    train.forEach(row -> names.add(row.path("label").asText()));
    Labels labels = Labels.of(List.copyOf(names));
    List<EncodedExample> trainExamples;
    List<EncodedExample> validationExamples;
    try (TextEncoder encoder =
        TextEncoder.of(LocalTokenizer.read(model), "model", config.data().maxSeqLength())) {
      trainExamples = ranked(train, encoder, labels);
      validationExamples = ranked(validation, encoder, labels);
    }
    BaseModel base = BaseModel.open(model);
    ModelSpec spec = ModelSpecs.of(config, base, Optional.of(labels));
    TrainingPlan plan = TrainingPlan.of(config, trainExamples.size());
    LocalData data =
        new LocalData(
            ShardDealer.deal(trainExamples, plan.epochs().shards()),
            plan.epochs(),
            Map.of("validation", Shard.pack(0, validationExamples)),
            config.training().evalBatchSize());
    long seed = config.training().seed();
    TrainingResult result;
    try (LocalStepExecutor executor =
        new LocalStepExecutor(
            UUID.randomUUID().toString(),
            spec,
            () -> RoomEngine.open(spec, base.load(spec, seed)),
            data,
            1)) {
      result = new TrainingLoop(spec.layout(), config, executor, TrainingListener.NONE).run();
    }
    RunIdentity identity =
        RunIdentity.of(
            config,
            base,
            spec,
            RowHash.of(sum(trainExamples).hex(), sum(validationExamples).hex()).hex());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DeltaFile.write(
        new SparseDelta(
            identity.delta(config, spec, Optional.of(labels), result),
            result.trained(),
            result.values()),
        out);
    return out.toByteArray();
  }

  private static List<JsonNode> rows(String file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of(file))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }

  private static List<EncodedExample> ranked(
      List<JsonNode> rows, TextEncoder encoder, Labels labels) {
    List<EncodedExample> examples = new ArrayList<>();
    for (JsonNode row : rows) {
      String text = row.path("text").asText();
      String label = row.path("label").asText();
      Tokens tokens = encoder.encode(text);
      examples.add(
          new EncodedExample(
              RowHash.of(text, label), tokens.ids(), tokens.typeIds(), labels.index(label)));
    }
    examples.sort(Comparator.comparing(EncodedExample::hash));
    return examples;
  }

  private static RowHash sum(List<EncodedExample> examples) {
    return examples.stream().map(EncodedExample::hash).reduce(RowHash.ZERO, RowHash::plus);
  }
}
