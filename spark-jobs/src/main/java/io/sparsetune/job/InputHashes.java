package io.sparsetune.job;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.UserException;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.run.RunInputs;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What runs would read now; no file is hashed twice, and what cannot be read is not tried again.
 */
final class InputHashes {
  private record Read(String model, TaskConfig task, DataConfig data) {}

  private final Map<String, String> bases = new HashMap<>();
  private final Map<Read, RunInputs> known = new HashMap<>();
  private final Map<Read, UserException> unreadable = new HashMap<>();
  private final Map<MethodConfig, MethodConfig> methods = new HashMap<>();

  /**
   * @param open opens what a method's keys name
   * @param prepare opens all
   */
  RunInputs of(
      RunConfig config,
      Function<RunConfig, RunConfig> open,
      Function<RunConfig, Preparation> prepare) {
    // First, so that what fails below has nothing to do with a method's own files.
    MethodConfig method =
        methods.computeIfAbsent(config.method(), absent -> open.apply(config).method());
    Read read = new Read(config.model().path(), config.task(), config.data());
    if (unreadable.containsKey(read)) {
      throw unreadable.get(read);
    }
    try {
      return known.computeIfAbsent(read, absent -> inputs(prepare.apply(config))).with(method);
    } catch (ConfigException e) {
      // Another method may fit the model.
      throw e;
    } catch (UserException e) {
      unreadable.put(read, e);
      throw e;
    }
  }

  private RunInputs inputs(Preparation run) {
    String base =
        bases.computeIfAbsent(run.config().model().path(), path -> run.base().fingerprint());
    return RunInputs.of(base, run.dataHash(), run.hash(Preparation.TEST));
  }
}
