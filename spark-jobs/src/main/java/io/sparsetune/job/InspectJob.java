package io.sparsetune.job;

import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.files.KeyName;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskTable;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.run.RunData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;

/** Tells what a finished run trained. Needs no Spark session. */
public final class InspectJob {
  /**
   * The run to inspect.
   *
   * @param run folder of a finished run
   */
  public record Request(String run) {}

  private final Configuration hadoop;

  public InspectJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Reads a run's folder.
   *
   * @throws DataException where there is no finished run
   */
  public Inspection run(Request request) {
    FinishedRun run = Runs.open(request.run(), hadoop);
    SparseDelta delta = run.delta();
    DeltaInfo info = delta.info();
    return new Inspection(
        request.run(),
        info.method(),
        info.n(),
        info.k(),
        delta.head(),
        tensors(info.spec().layout(), delta.trained()),
        MaskTable.of(info.spec().layout(), delta.trained(), delta.maskTensors()),
        KeyName.of(info.taskType()),
        info.labels(),
        info.metric().key(),
        run.result().map(result -> result.score(RunData.VALIDATION)).orElse(OptionalDouble.empty()),
        KeyName.of(info.spec().pooling()),
        info.baseFingerprint(),
        run.deltaSha256(),
        run.deltaBytes(),
        info.runId(),
        info.libraryVersion(),
        Optional.of(run.manifest().base().path()));
  }

  private static List<Inspection.Tensor> tensors(ParameterLayout layout, Mask trained) {
    List<Inspection.Tensor> tensors = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (trained.count(t) > 0) {
        tensors.add(
            new Inspection.Tensor(
                layout.tensor(t).name(), trained.count(t), layout.tensor(t).size()));
      }
    }
    return tensors;
  }
}
