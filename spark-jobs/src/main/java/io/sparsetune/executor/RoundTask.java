package io.sparsetune.executor;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.dense.StateSlice;
import io.sparsetune.dense.StateSlice.Place;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.store.RoundStore;
import io.sparsetune.work.LocalThreads;
import io.sparsetune.work.RoundWork;
import io.sparsetune.work.WorkerState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One task of a dense round: a logical worker. It depends on nothing but what it is given, so it
 * can be repeated at any time, also for a round that is long over.
 */
record RoundTask(
    Broadcast<TaskModel> model,
    Broadcast<EpochPlan> plan,
    Broadcast<RoundWork> work,
    int workers,
    int threads,
    RoundStore store,
    int round,
    CollectionAccumulator<String> warnings,
    LongAccumulator done)
    implements Serializable {
  private static final Logger LOG = LoggerFactory.getLogger(RoundTask.class);

  /**
   * @param own the worker's shards
   */
  Iterator<Outcome<RoundPart>> run(Iterator<Shard> own) {
    List<Shard> shards = new ArrayList<>();
    own.forEachRemaining(shards::add);
    shards.sort(Comparator.comparingInt(Shard::index));
    Outcome<WorkerState> trained =
        Outcome.of(() -> Optional.of(TaskMemoryException.insteadOfError(() -> train(shards))));
    if (trained.value() == null) {
      return List.of(new Outcome<RoundPart>(null, trained.notFinite())).iterator();
    }
    WorkerState worker = trained.value();
    List<Place> places = StateSlice.places(work.value().dense());
    // Slices are copies, each made when it is asked for.
    return Stream.concat(
            Stream.of(new RoundPart(null, worker.steps())),
            places.stream().map(place -> new RoundPart(worker.slice(place), null)))
        .map(part -> new Outcome<>(part, null))
        .iterator();
  }

  private void warn(String message) {
    LOG.warn(message);
    warnings.add(message);
  }

  private WorkerState train(List<Shard> shards) {
    int worker = shards.get(0).index() % workers;
    try (PrivateEngine engine = model.value().borrow();
        LocalThreads pool = new LocalThreads(Math.max(1, Math.min(threads, shards.size())))) {
      return work.value()
          .run(
              worker,
              engine,
              plan.value(),
              shards,
              pool,
              store.worker(round, worker, this::warn),
              examples -> done.add((long) examples));
    }
  }
}
