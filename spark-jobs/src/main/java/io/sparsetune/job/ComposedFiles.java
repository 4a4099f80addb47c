package io.sparsetune.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Rule;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.files.KeyName;
import io.sparsetune.version.LibraryVersion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a composed run's files say.
 *
 * @param head index of the run whose head, and whose way of reading data, the result has
 */
record ComposedFiles(
    ComposeRequest request,
    List<FinishedRun> runs,
    int head,
    SparseDelta delta,
    ComposeReport report) {

  /** {@code run.json}: the configuration of the run with the head, and what was composed. */
  String run(String basePath) {
    ObjectNode like = runs.get(head).record().json();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format_version", 1);
    json.put("run_id", delta.info().runId());
    json.put("seed", delta.info().seed());
    json.put("started", Instant.now().toString());
    json.put("composed", composed());
    ObjectNode config = like.withObject("config");
    config.put("output", request.output());
    json.put("config", config);
    json.put("labels", delta.info().labels());
    Map<String, Object> base = new LinkedHashMap<>();
    base.put("path", basePath);
    base.put("sha256", delta.info().baseFingerprint());
    json.put("base", base);
    json.put("versions", Map.of("sparsetune", LibraryVersion.number()));
    json.put("driver", Machine.describe());
    return RunRecord.readable(json);
  }

  /** {@code result.json}. */
  String result(String deltaSha256, long deltaBytes) {
    DeltaInfo info = delta.info();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", info.method());
    json.put("metric", info.metric().key());
    json.put("n", info.n());
    json.put("k", info.k());
    json.put("head", delta.head());
    json.put("sparsity", (double) info.k() / info.n());
    json.put("sparsity_with_head", (double) (info.k() + delta.head()) / (info.n() + delta.head()));
    json.put("composed", composed());
    json.put("delta_sha256", deltaSha256);
    json.put("delta_bytes", deltaBytes);
    return Json.pretty(json);
  }

  private Map<String, Object> composed() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rule", KeyName.of(request.rule()));
    if (request.rule() == Rule.TIES) {
      json.put("density", request.density());
    }
    List<Map<String, Object>> all = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Map<String, Object> run = new LinkedHashMap<>();
      run.put("path", request.runs().get(i));
      run.put("run_id", runs.get(i).delta().info().runId());
      run.put("head", i == head);
      all.add(run);
    }
    json.put("runs", all);
    json.put("union", report.union());
    json.put("shared", report.shared());
    json.put("conflicting", report.conflicting());
    List<Map<String, Object>> pairs = new ArrayList<>();
    for (ComposeReport.Pair pair : report.pairs()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("runs", List.of(pair.first(), pair.second()));
      one.put("both", pair.both());
      one.put("conflicting", pair.conflicting());
      one.put("jaccard", pair.jaccard());
      pairs.add(one);
    }
    json.put("pairs", pairs);
    return json;
  }
}
