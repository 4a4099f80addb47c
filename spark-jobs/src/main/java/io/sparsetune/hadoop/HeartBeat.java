package io.sparsetune.hadoop;

import io.sparsetune.files.TemporaryName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file in a folder that a process rewrites at a steady pace, to show others that it lives. No
 * clock is compared with another: whoever wants to know watches the file for a while.
 */
final class HeartBeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeartBeat.class);
  private static final int LONGEST = 1 << 10;
  private static final int WORDS = 5;

  /** How often the file is rewritten, and how long an unchanged one has to be watched. */
  record Pace(Duration every, Duration dead) {}

  static final Pace PACE = new Pace(Duration.ofSeconds(8), Duration.ofSeconds(40));

  private final HadoopFolder folder;
  private final Pace pace;
  private final String own;
  private long beats;
  private ScheduledExecutorService thread;

  private HeartBeat(HadoopFolder folder, Pace pace) {
    this.folder = folder;
    this.pace = pace;
    byte[] name = new byte[8];
    new SecureRandom().nextBytes(name);
    ProcessHandle self = ProcessHandle.current();
    this.own =
        "%s %s %d %s".formatted(HexFormat.of().formatHex(name), host(), self.pid(), started(self));
  }

  static HeartBeat in(HadoopFolder folder, Pace pace) {
    return new HeartBeat(folder, pace);
  }

  /** Whether another process has a file there, and has not ended. */
  boolean othersLives() throws IOException {
    Optional<String> first = read();
    if (first.isEmpty() || first.get().startsWith(own) || isKnownDead(first.get())) {
      return false;
    }
    Instant end = Instant.now().plus(pace.dead());
    while (Instant.now().isBefore(end)) {
      pause(pace.every().dividedBy(4));
      Optional<String> now = read();
      if (now.isEmpty()) {
        return false;
      }
      if (!now.equals(first)) {
        return true;
      }
    }
    return false;
  }

  /** A process of this machine that is not there any more. */
  private static boolean isKnownDead(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != WORDS || !words[1].equals(host())) {
      return false;
    }
    try {
      Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(words[2]));
      return process.isEmpty() || !started(process.get()).equals(words[3]);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Begins; false where another process has begun at the same moment. */
  boolean start() throws IOException {
    beat();
    pause(pace.every().dividedBy(8));
    if (!isOwn()) {
      return false;
    }
    thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, "sparsetune-heartbeat");
              made.setDaemon(true);
              return made;
            });
    long millis = pace.every().toMillis();
    thread.scheduleAtFixedRate(this::again, millis, millis, TimeUnit.MILLISECONDS);
    return true;
  }

  private void again() {
    try {
      if (isOwn()) {
        beat();
      }
    } catch (IOException | RuntimeException e) {
      // Whoever writes a result there will fail as well, and say it.
      LOG.debug("No heartbeat in {}", folder.location(), e);
    }
  }

  private void beat() throws IOException {
    folder.rewrite(TemporaryName.OWNER, (own + " " + beats++).getBytes(StandardCharsets.UTF_8));
  }

  private boolean isOwn() throws IOException {
    return read().filter(text -> text.startsWith(own)).isPresent();
  }

  private Optional<String> read() throws IOException {
    if (!folder.contains(TemporaryName.OWNER)) {
      return Optional.empty();
    }
    try (InputStream in = folder.file(TemporaryName.OWNER).openAt(0)) {
      return Optional.of(new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static void pause(Duration time) throws IOException {
    try {
      Thread.sleep(Math.max(1, time.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for another command's heartbeat", e);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replace(' ', '-');
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static String started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toString).orElse("unknown");
  }

  @Override
  public void close() throws IOException {
    // A beat that has begun ends first: it would leave half a file, or one that nobody removes.
    thread.shutdown();
    try {
      thread.awaitTermination(pace.every().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (isOwn()) {
      folder.delete(TemporaryName.OWNER);
    }
  }
}
