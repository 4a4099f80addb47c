package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.error.InUseException;
import io.sparsetune.error.UnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  @Test
  void helpNamesEveryCommandAndEachHasItsOwn() {
    Cli help = Cli.run("--help");
    assertThat(help.code()).isZero();
    CommandLine line = new CommandLine(new SparseTune(null));
    assertThat(line.getSubcommands()).isNotEmpty();
    for (String name : line.getSubcommands().keySet()) {
      assertThat(help.out()).contains("  " + name);
      Cli own = Cli.run(name, "--help");
      assertThat(own.code()).isZero();
      assertThat(own.out()).startsWith("Usage: sparsetune " + name).contains("--stacktrace");
    }
    assertThat(help.out()).contains("Exit codes:");
    for (ExitCode code : ExitCode.values()) {
      assertThat(help.out().replaceAll("\\s+", " "))
          .contains(" " + code.number() + " " + code.meaning());
    }
  }

  @Test
  void everyExitCodeIsDocumented() throws IOException {
    String documented = Files.readString(Path.of("../docs/runs.md"));
    for (ExitCode code : ExitCode.values()) {
      assertThat(documented).contains("\n| %d | %s |".formatted(code.number(), code.meaning()));
    }
  }

  @Test
  void theVersionIsPrinted() {
    assertThat(Cli.run("--version").out()).matches("SparseTune \\d+\\.\\d+.*\\R");
  }

  @Test
  void wrongArgumentsSayWhatIsNear() {
    Cli none = Cli.run();
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo("Error: Missing command%nTry 'sparsetune --help'.%n".formatted());
    Cli unknown = Cli.run("inspct", "run");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .startsWith("Error: Unmatched arguments from index 0: 'inspct', 'run'")
        .contains("Did you mean: ", "sparsetune inspect");
    Cli option = Cli.run("inspect", "run", "--jason");
    assertThat(option.code()).isEqualTo(2);
    assertThat(option.err())
        .contains("Error: Unknown option: '--jason'", "Try 'sparsetune inspect --help'.");
  }

  @Test
  void aMistakeHasOneMessageAndATraceOnlyWhenAskedFor() {
    Cli failed = Cli.run("inspect", "no-such-run");
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err().lines())
        .containsExactly("Error: Cannot read the run no-such-run: there is no such folder");
    Cli traced = Cli.run("inspect", "no-such-run", "--stacktrace");
    assertThat(traced.code()).isEqualTo(3);
    assertThat(traced.err()).contains("DataException", "\tat io.sparsetune.job.");
  }

  @Test
  void everyKindOfFailureHasItsExitCode() {
    Failures failures = new Failures(new Interruption());
    assertThat(
            List.of(
                code(failures, new ConfigException("x")),
                code(failures, new DataException("x")),
                code(failures, new CorruptFileException("f", "x")),
                code(failures, new DivergedException("x", null)),
                code(failures, new UnavailableException("x", null)),
                code(failures, new InUseException("x")),
                code(failures, new DataException("x", new ConnectException("x"))),
                code(failures, new IllegalStateException("x")),
                code(failures, new OutOfMemoryError("x"))))
        .containsExactly(2, 3, 3, 4, 5, 5, 5, 1, 1);
  }

  private static int code(Failures failures, Throwable failure) {
    return failures.handle(
        new RuntimeException(failure),
        new PrintWriter(Writer.nullWriter()),
        new CommandLine(new SparseTune(null)).parseArgs());
  }
}
