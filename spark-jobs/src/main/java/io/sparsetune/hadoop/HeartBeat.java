package io.sparsetune.hadoop;

import io.sparsetune.files.TemporaryName;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
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
    this.own = HexFormat.of().formatHex(name) + " " + ProcessIdentity.own().text();
  }

  static HeartBeat in(HadoopFolder folder, Pace pace) {
    return new HeartBeat(folder, pace);
  }

  /**
   * Whether another process has a file there, and has not ended.
   *
   * @param watching is run before the file is watched, which takes a while
   */
  boolean othersLives(Runnable watching) throws IOException {
    Optional<String> first = read();
    if (first.isEmpty() || first.get().startsWith(own) || isKnownDead(first.get())) {
      return false;
    }
    watching.run();
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

  /** Between the file's own name and the beat there is the process. */
  private static boolean isKnownDead(String text) {
    int from = text.indexOf(' ') + 1;
    int to = text.lastIndexOf(' ');
    return from <= to
        && ProcessIdentity.parse(text.substring(from, to))
            .filter(ProcessIdentity::isKnownDead)
            .isPresent();
  }

  /** Removes the file of a process that is known to have ended. */
  void removeDead() throws IOException {
    if (read().filter(HeartBeat::isKnownDead).isPresent()) {
      folder.delete(TemporaryName.OWNER);
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

  /** Stops and removes the file, unless a beat hangs that might make it again. */
  @Override
  public void close() throws IOException {
    // A beat that has begun ends first: it would leave half a file, or one that nobody removes.
    thread.shutdown();
    try {
      if (!thread.awaitTermination(pace.dead().toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (isOwn()) {
      folder.delete(TemporaryName.OWNER);
    }
  }
}
