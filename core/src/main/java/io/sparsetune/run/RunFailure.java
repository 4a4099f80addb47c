package io.sparsetune.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.JsonText;
import io.sparsetune.files.StrictJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code failure.json}: how the last command in a run's folder ended that ended by itself and left
 * no finished run. Nobody can go on with a run that diverged; any other goes on, and then this file
 * is gone.
 *
 * @param runId of the run that ended so; empty where it had not begun
 * @param code that the command ended with
 * @param message the error, as the command said it
 * @param time empty where an older version did not record it
 */
public record RunFailure(
    Optional<String> runId, ExitCode code, String message, Optional<Instant> time) {
  private static final int VERSION = 1;
  private static final int LARGEST = 1 << 20;
  private static final String RUN_ID = "run_id";
  private static final String EXIT_CODE = "exit_code";
  private static final String TIME = "time";

  /** The failure of a command that ends now. */
  public static RunFailure now(Optional<String> runId, ExitCode code, String message) {
    return new RunFailure(runId, code, message, Optional.of(Instant.now()));
  }

  /** Whether the run can never be gone on with. */
  public boolean endsTheRun() {
    return code == ExitCode.DIVERGED;
  }

  /** The whole file. */
  public String text() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format_version", VERSION);
    runId.ifPresent(id -> json.put(RUN_ID, id));
    json.put(EXIT_CODE, code.number());
    json.put("message", message);
    time.ifPresent(when -> json.put(TIME, when.toString()));
    return JsonText.pretty(json);
  }

  /**
   * Reads {@code failure.json}. Older versions wrote it for runs that diverged alone.
   *
   * @throws CorruptFileException for a file that {@link #text} does not write
   */
  public static RunFailure read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    JsonFields fields = JsonFields.of(file.path(), json);
    ExitCode code =
        fields.has(EXIT_CODE)
            ? ExitCode.of(fields.count(EXIT_CODE))
                .orElseThrow(() -> fields.invalid(EXIT_CODE, "the exit code of a failure"))
            : ExitCode.DIVERGED;
    return new RunFailure(
        fields.optionalText(RUN_ID),
        code,
        fields.text("message"),
        fields.has(TIME) ? Optional.of(ManifestReader.instant(fields, TIME)) : Optional.empty());
  }
}
