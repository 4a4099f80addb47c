package io.sparsetune.job;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import java.util.Arrays;
import java.util.List;

/** Other libraries' formats that a run can be written in. */
public enum ExportFormat {
  /** A whole model for transformers. */
  HUGGINGFACE("huggingface"),
  /** An adapter for PEFT. */
  PEFT("peft"),
  /** Sparse differences for composable-sft. */
  LT_SFT("lt-sft");

  private final String key;

  ExportFormat(String key) {
    this.key = key;
  }

  /** Its name on the command line. */
  public String key() {
    return key;
  }

  public static List<String> keys() {
    return Arrays.stream(values()).map(ExportFormat::key).toList();
  }

  /**
   * @throws ConfigException for an unknown name
   */
  public static ExportFormat of(String key) {
    return Arrays.stream(values())
        .filter(format -> format.key.equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "Invalid --format: '%s' is not one of %s.%s"
                        .formatted(key, String.join(", ", keys()), NearestName.hint(key, keys()))));
  }
}
