package io.sparsetune.cluster;

/** Work that failed of an {@link Error}, by the file or the step that it was about. */
public final class FailedWorkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String work;

  /**
   * @param work such as "reading data.train: rows.jsonl"
   */
  public FailedWorkException(String work, Throwable cause) {
    super("Failed: " + work, cause);
    this.work = work;
  }

  String work() {
    return work;
  }
}
