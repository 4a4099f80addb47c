package io.sparsetune.train;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.local.LocalRounds;
import io.sparsetune.mask.ListedScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.store.WorkerStore;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.task.Predictions;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.work.WorkerState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Feeds batch 0, 1, 2, …; the scores of what a given mask has are the largest. */
final class GoldenExecutor implements StepExecutor {
  private final GoldenModel model;
  private final Mask mask;
  private final int microBatches;
  private final Engine engine;
  private final LocalRounds rounds;

  GoldenExecutor(GoldenModel model, Mask mask, int microBatches) {
    this.model = model;
    this.mask = mask;
    this.microBatches = microBatches;
    this.rounds = new LocalRounds(model.spec().layout(), this::train);
    this.engine = RoomEngine.open(model.spec(), model.theta().clone());
  }

  @Override
  public long trainExamples() {
    JsonNode recipe = model.recipe();
    return recipe.required("steps").asLong() * recipe.required("batch").asLong();
  }

  @Override
  public float[] initialValues(Mask trained) {
    return engine.gather(trained);
  }

  @Override
  public <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use) {
    ParameterLayout layout = model.spec().layout();
    List<float[]> scores = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      scores.add(new float[layout.tensor(t).size()]);
      for (int position : GoldenMaskTest.positions(mask, layout, t)) {
        scores.get(t)[position] = 1;
      }
    }
    return use.apply(new ListedScores(scores));
  }

  @Override
  public GradientSum step(StepRequest request) {
    engine.install(request.trained(), request.values());
    return gradient(engine.newWorker(), request.trained(), request.step());
  }

  private GradientSum gradient(EngineWorker worker, Mask trained, long step) {
    List<MicroBatch> examples = model.examples((int) step);
    GradientSum sum = new GradientSum(trained.size());
    int size = examples.size() / microBatches;
    for (int from = 0; from < examples.size(); from += size) {
      MicroBatch batch =
          GoldenModel.pack(examples.subList(from, Math.min(examples.size(), from + size)));
      worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
    }
    return sum;
  }

  @Override
  public RoundResult round(RoundRequest request) {
    return rounds.run(request);
  }

  private WorkerState train(RoundRequest request, int worker) {
    try (PrivateEngine own =
        EngineHome.get()
            .borrow("golden", () -> RoomEngine.open(model.spec(), model.theta().clone()))) {
      Mask dense = request.work().dense();
      return request
          .work()
          .run(
              worker,
              own,
              step -> gradient(own.engine().newWorker(), dense, step),
              WorkerStore.NONE,
              n -> {});
    } finally {
      EngineHome.get().release("golden");
    }
  }

  @Override
  public Predictions evaluate(EvaluationRequest request) {
    throw new IllegalStateException("There is no validation data");
  }

  /** θ with the values installed, [n]. */
  float[] theta(Mask trained, float[] values) {
    ParameterLayout layout = model.spec().layout();
    engine.install(trained, values);
    return engine.gather(
        Mask.none(layout)
            .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList()));
  }

  @Override
  public void close() {}
}
