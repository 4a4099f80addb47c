package io.sparsetune.table;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.data.DataLoader;
import io.sparsetune.data.TrainData;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

/** Files to be read as tables, and how a task reads them. */
public abstract class TableFiles {
  @TempDir protected Path folder;
  protected OnBadRow onBadRow = OnBadRow.FAIL;
  protected TaskType type = TaskType.CLASSIFICATION;

  protected List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    table(name)
        .rowsInOrder(List.of("text"))
        .collect()
        .forEach(row -> texts.add(row.cells().getString(0)));
    return texts;
  }

  protected Table table(String name) {
    return Table.open(SharedSession.get(), "data.train", paths(name), Optional.empty());
  }

  protected TrainData load(String name) {
    return loader(name).train(2, 1);
  }

  protected DataLoader loader(String name) {
    return loader(paths(name));
  }

  protected DataLoader loader(List<String> paths) {
    return new DataLoader(
        SharedSession.get(),
        task(),
        new DataConfig(
            paths,
            List.of(),
            0,
            List.of(),
            OptionalInt.empty(),
            Optional.empty(),
            onBadRow,
            16,
            64),
        TinyTokenizer.tokenizer());
  }

  protected TaskConfig task() {
    Metric metric = type == TaskType.REGRESSION ? Metric.PEARSON : Metric.ACCURACY;
    return new TaskConfig(type, "text", Optional.empty(), "label", List.of(), metric);
  }

  protected List<String> paths(String name) {
    return List.of(folder.resolve(name).toString());
  }

  protected void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }
}
