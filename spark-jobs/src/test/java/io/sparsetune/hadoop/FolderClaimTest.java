package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.InUseException;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.hadoop.FolderClaim.Manner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderClaimTest {
  private static final HeartBeat.Pace FAST =
      new HeartBeat.Pace(Duration.ofMillis(80), Duration.ofMillis(600));

  @TempDir private Path folder;

  /** Claims a folder, says so, and waits to be killed. */
  static final class Claimer {
    public static void main(String[] arguments) throws Exception {
      try (FolderClaim claim =
          FolderClaim.of(folder(arguments[0], arguments[1]), Manner.POLITE, FAST)) {
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
    return HadoopFolder.of(scheme + path, hadoop);
  }

  /** A file system that is on no local disk, as far as anybody can tell. */
  public static final class Shared extends RawLocalFileSystem {
    @Override
    public java.net.URI getUri() {
      return java.net.URI.create("shared:///");
    }
  }

  private Process claimer(String scheme) throws IOException {
    return claimer(scheme, "claimed");
  }

  private Process claimer(String scheme, String says) throws IOException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Claimer.class.getName(),
                scheme,
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo(says);
    return process;
  }

  private FolderClaim claim(String scheme, Manner manner) throws IOException {
    return FolderClaim.of(folder(scheme, folder.toString()), manner, FAST);
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
      assertThatThrownBy(() -> FolderClaim.of(folder("", link.toString()), Manner.POLITE, FAST))
          .isInstanceOf(InUseException.class);
      claimer("", "refused").waitFor();
    } finally {
      Files.delete(link);
    }
    claim("", Manner.POLITE).close();
  }

  /** Its machine is another, so that nobody can look whether its process is there. */
  @Test
  void anOwnerElsewhereIsDeadOnceItsFileStaysAsItIs() throws IOException {
    Path owner = folder.resolve(TemporaryName.OWNER);
    Files.writeString(owner, "0123456789abcdef far-away 1 2026-01-01T00:00:00Z 17");
    long began = System.nanoTime();
    claim("shared://", Manner.POLITE).close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(FAST.dead());
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
}
