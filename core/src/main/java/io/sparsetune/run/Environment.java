package io.sparsetune.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The place where a run was made.
 *
 * @param versions of libraries, by name
 * @param cluster that trained; empty for a run that needed none
 * @param driver empty where an older version did not record it
 */
public record Environment(
    Map<String, String> versions, Optional<Cluster> cluster, Optional<Machine> driver) {
  private static final String VERSIONS = "versions";
  private static final String SPARK = "spark";
  private static final String DRIVER = "driver";

  /**
   * The cluster that a run was trained on.
   *
   * @param master its address
   * @param application the run's name there
   */
  public record Cluster(String master, String application, int defaultParallelism) {

    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("master", master);
      json.put("application", application);
      json.put("default_parallelism", defaultParallelism);
      return json;
    }

    private static Cluster read(JsonFields json) {
      return new Cluster(
          json.text("master"), json.text("application"), json.count("default_parallelism"));
    }
  }

  public Environment {
    versions = Collections.unmodifiableMap(new TreeMap<>(versions));
  }

  /** A run that this process makes without a cluster. */
  public static Environment here(Map<String, String> versions) {
    return new Environment(versions, Optional.empty(), Optional.of(Machine.here()));
  }

  /** A run that this process makes on a cluster. */
  public static Environment here(Map<String, String> versions, Cluster cluster) {
    return new Environment(versions, Optional.of(cluster), Optional.of(Machine.here()));
  }

  /** Writes what comes before the run's own facts. */
  void writeCluster(Map<String, Object> json) {
    if (!versions.isEmpty()) {
      json.put(VERSIONS, versions);
    }
    cluster.ifPresent(spark -> json.put(SPARK, spark.json()));
  }

  /** Writes what comes after them. */
  void writeDriver(Map<String, Object> json) {
    driver.ifPresent(machine -> json.put(DRIVER, machine.json()));
  }

  static Environment read(JsonFields json) {
    return new Environment(
        json.textsByName(VERSIONS),
        json.optional(SPARK).map(Cluster::read),
        json.optional(DRIVER).map(Machine::read));
  }
}
