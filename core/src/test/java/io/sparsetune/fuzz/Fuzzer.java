package io.sparsetune.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sparsetune.error.Printable;
import io.sparsetune.error.UserException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Reads mutated inputs of a format for a while. An input is accepted, or refused by a {@link
 * UserException} whose message names the file; any other end, more time than the target allows or
 * more than 512 MB allocated is a failure. {@code -Dfuzz.seconds} sets the time of each target,
 * {@code -Dfuzz.seed} the inputs; {@code -Dfuzz.target} and {@code -Dfuzz.input} repeat one.
 */
public final class Fuzzer {
  /** For the first inputs, which load classes and start Spark. */
  private static final Duration LONGEST_AT_FIRST = Duration.ofSeconds(120);

  private static final long MOST_BYTES = 512L << 20;
  private static final int MOST_FAILURES = 8;
  private static final Pattern INTERNAL_WORDS =
      Pattern.compile(
          "java\\.(lang|util|io|nio)\\.|com\\.fasterxml|org\\.(yaml|apache)|io\\.sparsetune\\.|com\\.google|\\[Source|REDACTED|StreamRead|JsonToken|\\w+Exception\\b|[^\"]:"
              + " null$");

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final FuzzTarget target;
  private final Map<String, String> failures = new LinkedHashMap<>();
  private long accepted;
  private long refused;
  private String lastRefusal = "";

  private Fuzzer(FuzzTarget target) {
    this.target = target;
  }

  /** A test for each target, of so many seconds unless {@code -Dfuzz.seconds} says otherwise. */
  public static Stream<DynamicTest> tests(int seconds, List<FuzzTarget> targets) {
    String only = System.getProperty("fuzz.target", "");
    Duration time = Duration.ofSeconds(Long.getLong("fuzz.seconds", seconds));
    long seed = Long.getLong("fuzz.seed", 1);
    return targets.stream()
        .filter(target -> only.isEmpty() || only.equals(target.name()))
        .map(
            target ->
                DynamicTest.dynamicTest(target.name(), () -> new Fuzzer(target).run(seed, time)));
  }

  private void run(long seed, Duration time) throws InterruptedException {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread made = new Thread(null, task, "fuzz " + target.name(), 1 << 20);
              made.setDaemon(true);
              return made;
            });
    try {
      for (byte[] example : target.examples()) {
        assertThat(verdict(example, thread, LONGEST_AT_FIRST))
            .as("an example of %s", target.name())
            .isEmpty();
        assertThat(lastRefusal).as("an example of %s is refused", target.name()).isEmpty();
      }
      Optional<Long> one = Optional.ofNullable(Long.getLong("fuzz.input"));
      long end = System.nanoTime() + time.toNanos();
      long last = one.orElse(Long.MAX_VALUE);
      for (long i = one.orElse(0L);
          i <= last && System.nanoTime() < end && failures.size() < MOST_FAILURES;
          i++) {
        byte[] input = target.input(seed, i);
        String replay = "-Dfuzz.seed=" + seed + " -Dfuzz.input=" + i;
        verdict(input, thread, target.longest())
            .ifPresent(
                failure ->
                    failures.putIfAbsent(
                        kind(failure), failure + "\n  " + replay + "\n  " + shown(input)));
      }
    } finally {
      thread.shutdownNow();
    }
    assertThat(failures)
        .as(
            "%s: -Dfuzz.target=%s; %,d inputs accepted, %,d refused",
            target.name(), target.name(), accepted, refused)
        .isEmpty();
    assertThat(accepted + refused).as("inputs read").isPositive();
  }

  /** What is wrong about the end of reading an input, where something is. */
  private Optional<String> verdict(byte[] input, ExecutorService thread, Duration longest)
      throws InterruptedException {
    Future<Optional<String>> reading = thread.submit(() -> read(input));
    try {
      return reading.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      String where =
          Thread.getAllStackTraces().entrySet().stream()
              .filter(entry -> entry.getKey().getName().equals("fuzz " + target.name()))
              .flatMap(entry -> Stream.of(entry.getValue()))
              .map(StackTraceElement::toString)
              .limit(30)
              .collect(Collectors.joining("\n    "));
      throw new AssertionError(
          target.name() + " takes more than " + longest + "\n    " + where + "\n" + shown(input),
          e);
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  private Optional<String> read(byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Optional<String> problem;
    try {
      target.reader().read(input);
      accepted++;
      problem = Optional.empty();
    } catch (UserException e) {
      refused++;
      lastRefusal = e.getMessage();
      problem = messageProblem(Printable.message(e.getMessage()));
    } catch (Throwable e) {
      problem = Optional.of(e.getClass().getName() + " " + at(e) + ": " + cut(e.getMessage()));
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    return problem.isPresent() || allocated <= MOST_BYTES
        ? problem
        : Optional.of("%,d bytes allocated for %,d".formatted(allocated, input.length));
  }

  private Optional<String> messageProblem(String message) {
    String outsideQuotes = message.replaceAll("'[^']{0,1000}'", "''");
    if (!message.contains(target.named())) {
      return Optional.of("a message that does not name " + target.named() + ": " + cut(message));
    }
    if (!message.codePoints().allMatch(Printable::isShown)) {
      return Optional.of("a message with characters that are not shown: " + cut(message));
    }
    return INTERNAL_WORDS.matcher(outsideQuotes).find()
        ? Optional.of("a message with internal words: " + cut(message))
        : Optional.empty();
  }

  private static String at(Throwable e) {
    return Stream.of(e.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("io.sparsetune"))
        .findFirst()
        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
        .orElse("");
  }

  /** Failures that differ in numbers alone are one kind. */
  private static String kind(String failure) {
    String kind = failure.replaceAll("[0-9]{1,1000}", "N");
    return kind.substring(0, Math.min(70, kind.length()));
  }

  private static String cut(String text) {
    String shown = String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
    return shown.length() <= 300 ? shown : shown.substring(0, 300) + "…";
  }

  private static String shown(byte[] input) {
    return input.length > 3_000
        ? input.length + " bytes"
        : "base64 " + Base64.getEncoder().encodeToString(input);
  }
}
