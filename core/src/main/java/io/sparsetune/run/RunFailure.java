package io.sparsetune.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.JsonText;
import io.sparsetune.files.StrictJson;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code failure.json}: the end of a run that cannot be gone on with, such as one that diverged. A
 * corrected run may take its place.
 *
 * @param runId of the run that ended so
 * @param message the error, as the command said it
 */
public record RunFailure(String runId, String message) {
  private static final int VERSION = 1;
  private static final int LARGEST = 1 << 20;

  /** The whole file. */
  public String text() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format_version", VERSION);
    json.put("run_id", runId);
    json.put("message", message);
    return JsonText.pretty(json);
  }

  /**
   * Reads {@code failure.json}.
   *
   * @throws CorruptFileException for a file that {@link #text} does not write
   */
  public static RunFailure read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    JsonFields fields = JsonFields.of(file.path(), json);
    return new RunFailure(fields.text("run_id"), fields.text("message"));
  }
}
