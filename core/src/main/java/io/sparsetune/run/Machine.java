package io.sparsetune.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The machine of a driver: kept in {@code run.json}, and no part of any result.
 *
 * @param cores that this JVM may use
 * @param memoryMb most heap that this JVM may take
 * @param os the system and its version
 * @param java the runtime's version
 */
public record Machine(String host, String cpu, int cores, long memoryMb, String os, String java) {

  /** The machine of this process. */
  public static Machine here() {
    return new Machine(
        hostName(),
        processor(),
        Runtime.getRuntime().availableProcessors(),
        Runtime.getRuntime().maxMemory() >> 20,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.runtime.version"));
  }

  Map<String, Object> json() {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("host", host);
    machine.put("cpu", cpu);
    machine.put("cores", cores);
    machine.put("memory_mb", memoryMb);
    machine.put("os", os);
    machine.put("java", java);
    return machine;
  }

  static Machine read(JsonFields json) {
    return new Machine(
        json.text("host"),
        json.text("cpu"),
        json.count("cores"),
        json.whole("memory_mb"),
        json.text("os"),
        json.text("java"));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static String processor() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
