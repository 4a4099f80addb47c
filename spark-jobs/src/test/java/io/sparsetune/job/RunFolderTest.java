package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  @Test
  void whatCannotBeWrittenIsSaidBeforeTheRunAndInIt() throws IOException {
    Path output = folder.resolve("out/run");
    RunFolder run = RunFolder.toWrite(output.toString(), false, HADOOP);
    assertThat(folder).isEmptyDirectory();
    Files.writeString(folder.resolve("out"), "a file in the way");
    assertThatThrownBy(() -> run.write(RunFiles.RUN, "{}"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write %s/run.json: ", output);
    assertThatThrownBy(() -> RunFolder.toWrite(output.toString(), false, HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: ", output);
  }
}
