package io.sparsetune.clusters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Command lines of processes, whole: Java itself leaves out those that are longer than a page. */
public final class CommandLines {
  private CommandLines() {}

  /** The parts, each but the last followed by a space; empty where the process has ended. */
  public static String of(ProcessHandle process) {
    try {
      byte[] parts = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
      return new String(parts, StandardCharsets.UTF_8).replace('\0', ' ').trim();
    } catch (IOException e) {
      return "";
    }
  }
}
