package io.sparsetune.executor;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopSource;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/** Where a run's tasks save the state of dense rounds. */
public final class SavedRounds {
  private SavedRounds() {}

  /**
   * A store in a folder, where all tasks see the folder; else one that keeps nothing.
   *
   * @param folder of the store alone; made when the first state is saved
   * @param run names everything that the run's result depends on
   * @param interval between two saves of a worker
   * @param warnings hears that nothing is kept, and why
   */
  public static RoundStore in(
      String folder,
      Configuration hadoop,
      ClusterShape cluster,
      String run,
      Duration interval,
      Consumer<String> warnings) {
    if (!cluster.oneMachine() && HadoopFiles.isLocal(folder, hadoop)) {
      warnings.accept(
          ("Dense rounds are not saved: %s is on a local disk, and each executor would write on"
                  + " that of its own machine; a round that is interrupted begins again. Give an"
                  + " output that every machine sees (hdfs://, s3a://, …)")
              .formatted(HadoopFiles.shown(folder)));
      return RoundStore.NONE;
    }
    return new RoundFolder(HadoopSource.of(folder, hadoop), run, interval);
  }
}
