package io.sparsetune.testing;

import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system of the local disk that is not taken for one ({@code frail:///}), and that fails at
 * a chosen change: once, or from then on, as for a process that is gone. Files that are made fail
 * when they are closed. Changes by a command's heartbeat are not counted: they are a matter of
 * time.
 *
 * <p>It is also a disk that is full for as long as a file is there, which {@link #FULL} names: what
 * is written then fails as the system says it, in every process that has the same configuration.
 */
public final class FrailFileSystem extends RawLocalFileSystem {
  /** Setting: the path of a file on the local disk. */
  public static final String FULL = "fs.frail.full";

  private static final AtomicInteger CHANGES = new AtomicInteger();
  private static final List<String> LOG = new ArrayList<>();
  private static volatile int fatal = Integer.MAX_VALUE;
  private static volatile boolean forEver;

  /** How it fails. */
  public enum Manner {
    /** A single change fails. */
    ONCE,
    /** No change succeeds from then on. */
    FOR_EVER
  }

  /** Makes {@code frail:///} known. */
  public static void in(Configuration hadoop) {
    hadoop.setClass("fs.frail.impl", FrailFileSystem.class, FileSystem.class);
  }

  /** Fails at the change of that number, from 1. */
  public static void failAt(int change, Manner manner) {
    synchronized (LOG) {
      LOG.clear();
    }
    CHANGES.set(0);
    forEver = manner == Manner.FOR_EVER;
    fatal = change;
  }

  public static void heal() {
    failAt(Integer.MAX_VALUE, Manner.ONCE);
  }

  /** Whether that change has come. */
  public static boolean failed() {
    return CHANGES.get() >= fatal;
  }

  /** The changes since the last {@link #failAt}. */
  public static List<String> changes() {
    synchronized (LOG) {
      return List.copyOf(LOG);
    }
  }

  private static void change(String what) throws IOException {
    if (Thread.currentThread().getName().equals("sparsetune-heartbeat")) {
      return;
    }
    int number = CHANGES.incrementAndGet();
    synchronized (LOG) {
      LOG.add(number + " " + what);
    }
    if (number == fatal || forEver && number > fatal) {
      throw new IOException("frail at " + what);
    }
  }

  @Override
  public URI getUri() {
    return URI.create("frail:///");
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return frail(
        super.create(file, permission, overwrite, bufferSize, replication, blockSize, progress),
        file);
  }

  @Override
  public FSDataOutputStream create(
      Path file,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return frail(super.create(file, overwrite, bufferSize, replication, blockSize, progress), file);
  }

  private void requireRoom() throws IOException {
    String full = getConf().get(FULL, "");
    if (!full.isEmpty() && Files.exists(java.nio.file.Path.of(full))) {
      // The system's device for this purpose: no space left on device.
      try (OutputStream device = new FileOutputStream("/dev/full")) {
        device.write(0);
      }
    }
  }

  /** What is written is there in part when closing fails. */
  private FSDataOutputStream frail(FSDataOutputStream out, Path file) throws IOException {
    OutputStream closing =
        new FilterOutputStream(out) {
          private boolean closed;

          @Override
          public void write(int one) throws IOException {
            requireRoom();
            out.write(one);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            requireRoom();
            out.write(bytes, offset, length);
          }

          @Override
          public void close() throws IOException {
            if (!closed) {
              closed = true;
              out.close();
              change("close " + file.getName());
            }
          }
        };
    return new FSDataOutputStream(closing, null);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    change("rename " + from.getName() + " to " + to.getName());
    return super.rename(from, to);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    change("delete " + path.getName());
    return super.delete(path, recursive);
  }
}
