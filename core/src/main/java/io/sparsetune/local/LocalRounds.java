package io.sparsetune.local;

import io.sparsetune.dense.ChosenSlice;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.StateSlice.Place;
import io.sparsetune.dense.WorkerSlice;
import io.sparsetune.error.DataException;
import io.sparsetune.mask.LocalScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.store.RoundStore;
import io.sparsetune.train.RoundRequest;
import io.sparsetune.train.RoundResult;
import io.sparsetune.work.WorkerState;
import io.sparsetune.work.WorkerSteps;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Dense rounds in this process, one logical worker after the other. */
public final class LocalRounds {
  private final ParameterLayout layout;
  private final Worker worker;
  private final RoundStore store;
  private Map<Place, ScoreSlice> earlier = Map.of();

  /** Trains one logical worker. */
  @FunctionalInterface
  public interface Worker {
    WorkerState train(RoundRequest request, int worker);
  }

  public LocalRounds(ParameterLayout layout, Worker worker) {
    this(layout, worker, RoundStore.NONE);
  }

  LocalRounds(ParameterLayout layout, Worker worker, RoundStore store) {
    this.layout = layout;
    this.worker = worker;
    this.store = store;
  }

  /** {@link io.sparsetune.train.StepExecutor#saveScores}. */
  Optional<String> saveScores(int round) {
    if (earlier.isEmpty()) {
      return Optional.empty();
    }
    if (store == RoundStore.NONE) {
      return Optional.of(RoundStore.KEEPS_NO_SCORES);
    }
    try {
      store.saveScores(round, 0, 1, earlier.values().iterator());
      return Optional.empty();
    } catch (DataException e) {
      return Optional.of(e.getMessage());
    }
  }

  private Map<Place, ScoreSlice> before(RoundRequest request) {
    if (request.round() == 0 || !request.scores().remembers()) {
      return Map.of();
    }
    if (earlier.isEmpty()) {
      Map<Place, ScoreSlice> saved = new TreeMap<>();
      int parts = store.requireScores(request.round());
      for (int part = 0; part < parts; part++) {
        for (ScoreSlice slice : store.scores(request.round() - 1, part, parts)) {
          saved.put(new Place(slice.tensor(), slice.from()), slice);
        }
      }
      return saved;
    }
    return earlier;
  }

  public RoundResult run(RoundRequest request) {
    List<WorkerSteps> steps = new ArrayList<>();
    Map<Place, List<WorkerSlice>> parts = new TreeMap<>();
    for (int w = 0; w < request.workers(); w++) {
      WorkerState done = worker.train(request, w);
      steps.add(done.steps());
      for (Place place : StateSlice.places(request.work().dense())) {
        parts.computeIfAbsent(place, absent -> new ArrayList<>()).add(done.slice(place));
      }
    }
    List<StateSlice> mean = parts.values().stream().map(WorkerSlice::mean).toList();
    RoundScores scores = request.scores();
    Map<Place, ScoreSlice> before = before(request);
    Map<Place, ScoreSlice> blended = new TreeMap<>();
    for (StateSlice slice : mean) {
      blended.put(
          slice.place(),
          scores.blended(
              request.work().training(), slice, Optional.ofNullable(before.get(slice.place()))));
    }
    earlier = scores.remembers() ? blended : Map.of();
    Mask mask =
        request
            .projection()
            .apply(new LocalScores(() -> blended.values().stream().map(scores::withStays)));
    Mask kept = mask.withWhole(layout, request.head());
    List<ChosenSlice> chosen =
        mean.stream().map(slice -> ChosenSlice.of(request.work().training(), kept, slice)).toList();
    return new RoundResult(
        mask,
        kept,
        ChosenSlice.values(kept, chosen),
        ChosenSlice.moments(kept, chosen),
        WorkerSteps.together(steps));
  }
}
