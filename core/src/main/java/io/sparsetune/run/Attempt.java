package io.sparsetune.run;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A later process that went on with a run.
 *
 * @param fromStep steps that were done before
 */
public record Attempt(Instant started, int fromStep, Environment environment) {

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("started", started.toString());
    json.put("from_step", fromStep);
    environment.writeCluster(json);
    environment.writeDriver(json);
    return json;
  }

  static Attempt read(JsonFields json) {
    return new Attempt(
        ManifestReader.instant(json, "started"), json.count("from_step"), Environment.read(json));
  }
}
