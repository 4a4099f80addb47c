package io.sparsetune.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A training and what happens to it, drawn from a seed: the same seed and number always give the
 * same schedule. Methods and kinds of faults take turns: the first {@code n} schedules have all of
 * them, where there are {@code n} methods and fewer kinds.
 *
 * @param clusters where the first command runs, the second, and so on, in turns
 * @param partitions of the data; 0 for as many as the cluster has slots
 * @param tenFiles whether the training data come in ten files instead of one
 * @param savesAlways whether states are saved as often as they can be, beside evaluations
 * @param faults at least one
 */
record FaultSchedule(
    long seed,
    int number,
    Method method,
    List<Cluster> clusters,
    int partitions,
    boolean tenFiles,
    boolean savesAlways,
    boolean speculation,
    boolean dynamicAllocation,
    List<Fault> faults) {
  private static final int MOST_PARTITIONS = 4;
  private static final int MOST_MORE_FAULTS = 2;

  FaultSchedule {
    clusters = List.copyOf(clusters);
    faults = List.copyOf(faults);
  }

  /** The schedule of that number, from 0. */
  static FaultSchedule draw(long seed, int number) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + number);
    Method method = turn(Method.values(), seed, number);
    FaultKind first = turn(FaultKind.values(), ~seed, number);
    Cluster cluster = any(List.copyOf(first.clusters()), random);
    List<Fault> faults = new ArrayList<>();
    faults.add(fault(first, method, random));
    List<FaultKind> others =
        Arrays.stream(FaultKind.values())
            .filter(kind -> kind.clusters().contains(cluster))
            .toList();
    int more = random.nextInt(MOST_MORE_FAULTS + 1);
    while (more > 0) {
      FaultKind kind = any(others, random);
      if (faults.stream().filter(fault -> fault.kind() == kind).count() < kind.most()) {
        faults.add(fault(kind, method, random));
      }
      more--;
    }
    List<Cluster> next =
        Arrays.stream(Cluster.values())
            .filter(other -> other.isYarn() == cluster.isYarn())
            .toList();
    List<Cluster> clusters = List.of(cluster, any(next, random));
    return new FaultSchedule(
        seed,
        number,
        method,
        clusters,
        random.nextInt(MOST_PARTITIONS + 1),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextInt(3) == 0,
        faults);
  }

  /** Each value once before any comes again, in an order that the seed decides. */
  private static <T> T turn(T[] values, long seed, int number) {
    int cycle = number / values.length;
    SplittableRandom random = new SplittableRandom(seed * 1_000_033 + cycle);
    T[] order = values.clone();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      T moved = order[i];
      order[i] = order[j];
      order[j] = moved;
    }
    return order[number % order.length];
  }

  private static Fault fault(FaultKind kind, Method method, SplittableRandom random) {
    List<Phase> phases =
        method.phases().stream().filter(phase -> phase.hasTasks() || !kind.isOfTasks()).toList();
    // Steps are the longest phase of most trainings.
    Phase phase = random.nextInt(3) == 0 ? Phase.STEP : any(phases, random);
    return new Fault(
        kind,
        phase,
        any(phase.signs(), random),
        number(kind, phase, random),
        millis(kind, phase, random));
  }

  /** Early enough to come while the training lasts, also where one executor of two has begun. */
  private static int number(FaultKind kind, Phase phase, SplittableRandom random) {
    return switch (phase) {
      case STEP -> 1 + random.nextInt(kind.isOfTasks() ? 6 : 11);
      case EVALUATION, DENSE_ROUND -> 1 + random.nextInt(2);
      case SCORE_ROUND, RESULT -> 1;
    };
  }

  private static int millis(FaultKind kind, Phase phase, SplittableRandom random) {
    return switch (kind) {
      case FAIL_TASK -> 0;
      case DELAY_TASK -> 200 + random.nextInt(1_000);
      case FILL_DISK -> 20 + random.nextInt(1_500);
      // Half of them when a task's work is done and nobody knows of it.
      case KILL_EXECUTOR -> random.nextBoolean() ? 0 : 1 + random.nextInt(length(phase));
      case KILL_WORKER, KILL_NODE_MANAGER, KILL_DATA_NODE, KILL_DRIVER ->
          random.nextInt(length(phase));
    };
  }

  /** Roughly how long one job of the phase takes, in milliseconds. */
  private static int length(Phase phase) {
    return switch (phase) {
      case STEP -> 40;
      case EVALUATION -> 60;
      case SCORE_ROUND -> 300;
      case DENSE_ROUND -> 500;
      case RESULT -> 80;
    };
  }

  private static <T> T any(List<T> values, SplittableRandom random) {
    return values.get(random.nextInt(values.size()));
  }

  /** Where the command runs that is given for the attempt-th time, from 0. */
  Cluster cluster(int attempt) {
    return clusters.get(attempt % clusters.size());
  }

  /** Whether everything of it is on HDFS; otherwise on this machine's disk. */
  boolean isOnHdfs() {
    return clusters.get(0).isYarn();
  }

  boolean has(FaultKind kind) {
    return faults.stream().anyMatch(fault -> fault.kind() == kind);
  }

  /** The command that repeats it. */
  String command() {
    return "bin/faults --seed %d --only %d".formatted(seed, number);
  }

  @Override
  public String toString() {
    List<String> settings = new ArrayList<>();
    settings.add(partitions == 0 ? "partitions by slots" : partitions + " partitions");
    settings.add(tenFiles ? "ten files" : "one file");
    settings.add(savesAlways ? "saves always" : "saves at evaluations");
    if (speculation) {
      settings.add("speculation");
    }
    if (dynamicAllocation) {
      settings.add("dynamic allocation");
    }
    return "%d/%d %s on %s, %s: %s"
        .formatted(
            seed,
            number,
            method,
            clusters.stream().map(Cluster::toString).collect(Collectors.joining(" then ")),
            String.join(", ", settings),
            faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
  }
}
