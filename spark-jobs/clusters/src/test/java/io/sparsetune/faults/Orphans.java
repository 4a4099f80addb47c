package io.sparsetune.faults;

import io.sparsetune.clusters.CommandLines;
import java.nio.file.Path;
import java.util.List;

/** Finds the drivers and executors of a schedule by what their command lines say. */
final class Orphans {
  private Orphans() {}

  /** The Java option that marks an executor of a schedule. */
  static String mark(Path folder) {
    return "-Dsparsetune.schedule=" + folder;
  }

  /** Processes that live, of the schedule with that folder and that output. */
  static List<ProcessHandle> of(Path folder, String output) {
    String executor = mark(folder);
    String driver = "output=" + output;
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != ProcessHandle.current().pid())
        .filter(
            process -> {
              String line = CommandLines.of(process);
              return line.contains(executor) || line.contains(driver);
            })
        .toList();
  }
}
