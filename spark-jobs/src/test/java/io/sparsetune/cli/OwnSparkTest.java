package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.PrintWriter;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that opens Spark as commands do, on a local master. */
class OwnSparkTest {
  private static final int CODE = 1;

  @TempDir private Path folder;

  /** A task's result that a thread of the driver's dies of. */
  private static final class Deadly implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) {
      throw new StackOverflowError();
    }
  }

  /** The process: what it prints is what commands print. */
  static final class Command {
    public static void main(String[] arguments) {
      PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      Terminal terminal = new Terminal(out, out, false, 80);
      Interruption interruption = new Interruption();
      Failures failures = new Failures(interruption);
      Session session = new Session(terminal, interruption, Session.Sessions.OWN);
      try {
        session.onSpark("test", () -> "Nothing is left.", spark -> work(spark, failures, out));
      } catch (RuntimeException e) {
        System.exit(failures.handle(e, out, null));
      }
    }

    private static long work(SparkSession spark, Failures failures, PrintWriter out) {
      out.println("listens on " + listening());
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      try {
        context.parallelize(List.of(1)).foreach(one -> thrown(new OutOfMemoryError("no room")));
      } catch (Exception e) {
        failures.handle(e, out, null);
      }
      return context.parallelize(List.of(1)).map(one -> new Deadly()).collect().size();
    }

    private static void thrown(Error error) {
      throw error;
    }

    /** Addresses of this process's sockets that others can connect to, in the kernel's words. */
    private static List<String> listening() {
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        List<String> sockets = open.map(Command::target).toList();
        List<String> addresses = new ArrayList<>();
        for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
          for (String line : Files.readAllLines(Path.of(table))) {
            String[] fields = line.strip().split("\\s+");
            if (fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
              addresses.add(fields[1].split(":")[0]);
            }
          }
        }
        return addresses.stream().distinct().toList();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private static String target(Path descriptor) {
      try {
        return Files.readSymbolicLink(descriptor).toString();
      } catch (IOException e) {
        return "";
      }
    }
  }

  @Test
  void errorsInTasksAndInSparksThreadsEndTheCommandAndOnlyThisMachineIsListenedTo()
      throws Exception {
    Path output = folder.resolve("out");
    Process process = start(output);
    try {
      assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("it ends by itself").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output);
    assertThat(said)
        .contains("Error: out of memory (no room). Give the driver more")
        .contains("Error: the stack overflowed (in Spark's thread task-result-getter-")
        .doesNotContain("Interrupted", "not a mistake of yours");
    assertThat(process.exitValue()).as(said).isEqualTo(CODE);
    String addresses = said.lines().filter(line -> line.startsWith("listens on ")).toList().get(0);
    // 127.0.0.1, also as an address of IPv6.
    assertThat(addresses.replaceAll("0000000000000000FFFF0000(?=0100007F)", ""))
        .matches("listens on \\[0100007F(, 0100007F)?]");
  }

  private static Process start(Path output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx1g", "-Dspark.master=local[1]"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Command.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(output.toFile());
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }
}
