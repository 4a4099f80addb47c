package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What conf/log4j2.properties makes of messages: traces would hide the command's own. */
class DriverLogTest {
  private static PatternLayout layout;

  @BeforeAll
  static void read() throws IOException {
    Properties properties = new Properties();
    try (Reader file = Files.newBufferedReader(Path.of("../conf/log4j2.properties"))) {
      properties.load(file);
    }
    String pattern = properties.getProperty("appender.console.layout.pattern");
    layout = PatternLayout.newBuilder().withPattern(pattern).build();
  }

  @Test
  void aTraceInAMessageIsLeftOut() {
    assertThat(logged("Lost task 0.0: gone\n\tat a.B.c(B.java:1)\nCaused by: d\n\tat e", null))
        .isEqualTo(" WARN TaskSetManager: Lost task 0.0: gone%n".formatted());
  }

  @Test
  void anExceptionIsItsMessage() {
    assertThat(logged("Failed", new IllegalStateException("why")))
        .isEqualTo(" WARN TaskSetManager: Failed: why%n".formatted());
    assertThat(logged("All is well", null))
        .isEqualTo(" WARN TaskSetManager: All is well%n".formatted());
  }

  @Test
  void whatATerminalWouldObeyIsNotLogged() {
    assertThat(
            logged(
                "a\u001b[2J\u0007b\u009bc\u202ed\u2028e\uFEFFf"
                    + Character.toString(0xe0041)
                    + "\tg 大",
                new IllegalStateException("why\u001b[0m")))
        .isEqualTo(" WARN TaskSetManager: a?[2J?b?c?d?e?f?\tg 大: why?[0m%n".formatted());
  }

  private static String logged(String message, Throwable thrown) {
    return layout
        .toSerializable(
            Log4jLogEvent.newBuilder()
                .setLoggerName("org.apache.spark.TaskSetManager")
                .setLevel(Level.WARN)
                .setMessage(new SimpleMessage(message))
                .setThrown(thrown)
                .build())
        .substring("00:00:00".length());
  }
}
