package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the tokenizer library's native part can be loaded, and what is said where it cannot. */
class NativeTokenizersTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, true",
    "Linux, aarch64, true",
    "Mac OS X, aarch64, true",
    "Mac OS X, x86_64, false",
    "Windows 11, amd64, false",
    "Linux, ppc64le, false",
    "FreeBSD, amd64, false"
  })
  void platformsAreThoseWhoseNativeCodeIsCarried(String system, String processor, boolean is) {
    assertThat(new NativePlatform(system, processor).isSupported()).isEqualTo(is);
  }

  @Test
  void anotherPlatformIsNamedWithThoseThatWork() throws Exception {
    assertThat(probe("-Dos.name=Windows 11"))
        .isEqualTo(
            "exit 1: Cannot split text into tokens on Windows 11 on "
                + System.getProperty("os.arch")
                + ": the tokenizer library comes for Linux (x86-64 or aarch64) and macOS (aarch64)."
                + " Use such a machine; on a Mac with Apple's processor, a JDK for aarch64");
  }

  @Test
  void aFolderThatIsNotThereIsNamedWithTheRemedy() throws Exception {
    String nowhere = folder.resolve("nowhere").toString();
    assertThat(probe("-Djava.io.tmpdir=" + nowhere))
        .startsWith("exit 2: Cannot load the tokenizer library's native part for ")
        .contains(nowhere)
        .endsWith("set another with -Djava.io.tmpdir=FOLDER");
  }

  @Test
  void nothingIsWrittenInTheHomeFolderAndNothingIsLeft() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    assertThat(probe("-Duser.home=" + home, "-Djava.io.tmpdir=" + temporary))
        .isEqualTo("[101, 7592, 1010, 2088, 999, 102]");
    assertThat(home).isEmptyDirectory();
    assertThat(temporary).isEmptyDirectory();
  }

  private String probe(String... options) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(SentenceProbe.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("XDG_CACHE_HOME");
    Process process = builder.redirectError(folder.resolve("errors").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
    return said;
  }
}
