package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.sparsetune.error.InUseException;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.hadoop.FolderClaim.Manner;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderClaimTest {
  private static final HeartBeat.Pace FAST =
      new HeartBeat.Pace(Duration.ofMillis(80), Duration.ofMillis(600));

  private static final HeartBeat.Pace SLOW =
      new HeartBeat.Pace(Duration.ofSeconds(8), Duration.ofSeconds(30));

  @TempDir private Path folder;

  private final List<String> heard = new ArrayList<>();

  /** Claims a folder, says whether it has it, and waits to be killed. */
  static final class Claimer {
    public static void main(String[] arguments) throws Exception {
      HeartBeat.Pace pace = new HeartBeat.Pace(Duration.parse(arguments[2]), FAST.dead());
      try (FolderClaim claim =
          FolderClaim.of(folder(arguments[0], arguments[1]), Manner.POLITE, pace, watching -> {})) {
        System.out.println("claimed");
        Thread.sleep(TimeUnit.MINUTES.toMillis(5));
      } catch (InUseException e) {
        System.out.println("refused");
      }
    }
  }

  private static HadoopFolder folder(String scheme, String path) {
    Configuration hadoop = new Configuration();
    hadoop.setClass("fs.shared.impl", Shared.class, RawLocalFileSystem.class);
    hadoop.setClass("fs.slow.impl", Slow.class, RawLocalFileSystem.class);
    return HadoopFolder.of(scheme + path, hadoop);
  }

  /** A file system that is on no local disk, as far as anybody can tell. */
  public static final class Shared extends RawLocalFileSystem {
    @Override
    public java.net.URI getUri() {
      return java.net.URI.create("shared:///");
    }
  }

  @Test
  void aDeadCommandsClaimIsRemovedAndALivingOnesStays() throws Exception {
    for (String scheme : new String[] {"", "shared://"}) {
      HadoopFolder claimed = folder(scheme, folder.toString());
      Path owner = folder.resolve(TemporaryName.OWNER);
      FolderClaim.removeDead(claimed);
      Process process = claimer(scheme);
      FolderClaim.removeDead(claimed);
      assertThat(owner).as(scheme).exists();

      process.destroyForcibly().waitFor();
      assertThat(owner).as(scheme).exists();
      FolderClaim.removeDead(claimed);
      assertThat(owner).as(scheme).doesNotExist();
    }
  }

  @Test
  void aLockThatNobodyHoldsIsRemovedAndAnotherStays() throws Exception {
    HadoopFolder claimed = folder("", folder.toString());
    Path file = folder.resolve(TemporaryName.LOCK);
    try (LockFile lock = LockFile.waitFor(file)) {
      FolderClaim.removeDead(claimed);
      assertThat(file).exists();
    }
    Files.createFile(file);
    FolderClaim.removeDead(claimed);
    assertThat(file).doesNotExist();
  }

  private Process claimer(String scheme) throws IOException {
    return claimer(scheme, FAST, "claimed");
  }

  private Process claimer(String scheme, String says) throws IOException {
    return claimer(scheme, FAST, says);
  }

  private Process claimer(String scheme, HeartBeat.Pace pace, String says) throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Claimer.class.getName(),
                scheme,
                folder.toString(),
                pace.every().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo(says);
    return process;
  }

  private FolderClaim claim(String scheme, Manner manner) throws IOException {
    return claim(scheme, manner, FAST);
  }

  private FolderClaim claim(String scheme, Manner manner, HeartBeat.Pace pace) throws IOException {
    return FolderClaim.of(folder(scheme, folder.toString()), manner, pace, heard::add);
  }

  @Test
  void aCommandThatLivesKeepsOthersAwayAndOneThatIsKilledDoesNot() throws Exception {
    for (String scheme : new String[] {"", "shared://"}) {
      Process other = claimer(scheme);
      assertThatThrownBy(() -> claim(scheme, Manner.POLITE))
          .as(scheme)
          .isInstanceOf(InUseException.class)
          .hasMessage(
              "Cannot write a run into %s: another command is at work there. Let it end, or give another output; train --take-over goes on in its place",
              scheme + folder);
      claim(scheme, Manner.TAKE_OVER).close();
      other.destroyForcibly().waitFor();
      claim(scheme, Manner.POLITE).close();
      assertThat(folder.resolve(TemporaryName.OWNER)).as(scheme).doesNotExist();
    }
  }

  @Test
  void aFolderThatWasTakenOverIsClaimedEvenAfterItsFirstOwnerHasEnded() throws Exception {
    for (String scheme : new String[] {"", "shared://"}) {
      Process other = claimer(scheme);
      FolderClaim claim = claim(scheme, Manner.TAKE_OVER);
      other.destroyForcibly().waitFor();
      Process third = claimer(scheme, "refused");
      claim.close();
      third.waitFor();
      claim(scheme, Manner.POLITE).close();
      assertThat(folder.resolve(TemporaryName.OWNER)).as(scheme).doesNotExist();
    }
  }

  @Test
  void anOwnerThatWasTakenOverLeavesTheOthersClaimWhenItEnds() throws IOException {
    for (String scheme : new String[] {"", "shared://"}) {
      FolderClaim first = claim(scheme, Manner.POLITE);
      FolderClaim second = claim(scheme, Manner.TAKE_OVER);
      first.close();
      assertThatThrownBy(() -> claim(scheme, Manner.POLITE))
          .as(scheme)
          .isInstanceOf(InUseException.class);
      second.close();
      assertThat(folder.resolve(TemporaryName.OWNER)).as(scheme).doesNotExist();
    }
  }

  @Test
  void thePartsOfOneProcessKeepEachOtherAway() throws IOException {
    try (FolderClaim first = claim("", Manner.POLITE)) {
      assertThatThrownBy(() -> claim("", Manner.POLITE)).isInstanceOf(InUseException.class);
    }
    claim("", Manner.POLITE).close();
  }

  /** The system frees a lock as soon as its process closes any descriptor of the file. */
  @Test
  void aRefusedPartOfAProcessDoesNotFreeTheOthersClaim() throws Exception {
    Path link =
        Files.createSymbolicLink(folder.resolveSibling(folder.getFileName() + "-link"), folder);
    try (FolderClaim first = claim("", Manner.POLITE)) {
      assertThatThrownBy(() -> claim("", Manner.POLITE)).isInstanceOf(InUseException.class);
      assertThatThrownBy(
              () -> FolderClaim.of(folder("", link.toString()), Manner.POLITE, FAST, heard::add))
          .isInstanceOf(InUseException.class);
      claimer("", "refused").waitFor();
    } finally {
      Files.delete(link);
    }
    claim("", Manner.POLITE).close();
  }

  /** Between two beats: one that is killed within a beat may leave an empty file. */
  @Test
  void aProcessOfThisMachineThatIsGoneIsNotWatched() throws Exception {
    Process other = claimer("shared://", SLOW, "claimed");
    other.destroyForcibly().waitFor();
    assertTimeout(SLOW.dead(), () -> claim("shared://", Manner.POLITE, SLOW).close());
    assertThat(heard).isEmpty();
  }

  /** Its machine is another, so that nobody can look whether its process is there. */
  @Test
  void anOwnerElsewhereIsDeadOnceItsFileStaysAsItIs() throws IOException {
    Path owner = folder.resolve(TemporaryName.OWNER);
    Files.writeString(owner, "0123456789abcdef far-away 1 2026-01-01T00:00:00Z 17");
    long began = System.nanoTime();
    claim("shared://", Manner.POLITE).close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(FAST.dead());
    assertThat(heard)
        .containsExactly(
            "another command has claimed shared://%s; watching for up to 1 s whether it is still at work there"
                .formatted(folder));
  }

  /** Containers may have one name, and process numbers of their own. */
  @Test
  void aMachineOfTheSameNameIsNotTheSameMachine() throws IOException {
    String host = InetAddress.getLocalHost().getHostName();
    for (String machine : List.of(host, "unknown", host + "/boot/pid:[1]")) {
      heard.clear();
      Path owner = folder.resolve(TemporaryName.OWNER);
      Files.writeString(
          owner, "0123456789abcdef " + machine + " 2147483647 2026-01-01T00:00:00Z 17");
      claim("shared://", Manner.POLITE).close();
      assertThat(heard).as(machine).hasSize(1);
    }
  }

  @Test
  void anOwnerElsewhereLivesWhileItsFileChanges() throws Exception {
    Path owner = folder.resolve(TemporaryName.OWNER);
    Thread beating =
        new Thread(
            () -> {
              for (int beat = 0; !Thread.currentThread().isInterrupted(); beat++) {
                try {
                  Files.writeString(owner, "0123456789abcdef far-away 1 then " + beat);
                  Thread.sleep(50);
                } catch (IOException | InterruptedException e) {
                  return;
                }
              }
            });
    beating.start();
    try {
      while (!Files.exists(owner)) {
        Thread.sleep(5);
      }
      assertThatThrownBy(() -> claim("shared://", Manner.POLITE))
          .isInstanceOf(InUseException.class);
    } finally {
      beating.interrupt();
      beating.join();
    }
  }

  /** A file system that is slow to make the claim's file, and does not always remove it. */
  public static final class Slow extends RawLocalFileSystem {
    static volatile CountDownLatch made = new CountDownLatch(1);
    static volatile boolean fails;

    @Override
    public java.net.URI getUri() {
      return java.net.URI.create("slow:///");
    }

    @Override
    public FSDataOutputStream create(org.apache.hadoop.fs.Path file, boolean overwrite)
        throws IOException {
      made.countDown();
      try {
        Thread.sleep(300);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.create(file, overwrite);
    }

    @Override
    public boolean delete(org.apache.hadoop.fs.Path path, boolean below) throws IOException {
      if (fails) {
        throw new IOException("Connection reset");
      }
      return super.delete(path, below);
    }
  }

  @Test
  void aBeatThatIsUnderWayDoesNotMakeTheFileAgain() throws Exception {
    FolderClaim claim = claim("slow://", Manner.POLITE);
    Slow.made = new CountDownLatch(1);
    assertThat(Slow.made.await(1, TimeUnit.MINUTES)).isTrue();
    claim.close();
    Thread.sleep(500);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aClaimThatCannotBeFreedIsNoFailureOfTheCommand() throws IOException {
    FolderClaim claim = claim("slow://", Manner.POLITE);
    Slow.fails = true;
    try {
      claim.close();
    } finally {
      Slow.fails = false;
    }
    assertThat(folder.resolve(TemporaryName.OWNER)).exists();
  }
}
