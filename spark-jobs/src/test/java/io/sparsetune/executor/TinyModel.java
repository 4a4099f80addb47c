package io.sparsetune.executor;

import io.sparsetune.bench.ModelFolder;
import io.sparsetune.train.TinyTask;
import java.io.IOException;
import java.nio.file.Path;

/** The model of {@link TinyTask} as a folder. */
final class TinyModel {
  private TinyModel() {}

  static void write(Path folder) throws IOException {
    ModelFolder.write(TinyTask.spec(), TinyTask.theta(), folder);
  }
}
