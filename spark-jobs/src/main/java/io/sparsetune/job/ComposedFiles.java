package io.sparsetune.job;

import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Rule;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.run.Environment;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.run.RunBase;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunOrigin;
import io.sparsetune.run.RunResult;
import io.sparsetune.version.LibraryVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The files of a composed run.
 *
 * @param head index of the run whose head, and whose way of reading data, the result has
 */
record ComposedFiles(
    ComposeJob.Request request,
    List<FinishedRun> runs,
    int head,
    SparseDelta delta,
    ComposeReport report) {

  /** {@code run.json}: the configuration of the run with the head, and what was composed. */
  RunManifest manifest(String basePath) {
    DeltaInfo info = delta.info();
    return RunManifest.of(
        info.runId(),
        composed(),
        runs.get(head).manifest().config().into(request.output()),
        info.labels(),
        RunBase.of(basePath, info.baseFingerprint()),
        Environment.here(Map.of("sparsetune", LibraryVersion.number())));
  }

  /** {@code result.json}. */
  RunResult result(String deltaSha256, long deltaBytes) {
    return RunResult.of(delta, deltaSha256, deltaBytes, Optional.of(composed()));
  }

  private RunOrigin.Composed composed() {
    List<RunOrigin.Composed.Part> parts = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      parts.add(
          new RunOrigin.Composed.Part(
              request.runs().get(i), runs.get(i).delta().info().runId(), i == head));
    }
    return new RunOrigin.Composed(
        request.rule(),
        request.rule() == Rule.TIES ? OptionalDouble.of(request.density()) : OptionalDouble.empty(),
        parts,
        report);
  }
}
