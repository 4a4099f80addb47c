package io.sparsetune.hadoop;

import io.sparsetune.files.Folder;
import io.sparsetune.store.RoundFolder;
import org.apache.hadoop.conf.Configuration;

/**
 * A folder on a Hadoop file system that tasks open.
 *
 * @param folder with its scheme, and absolute
 */
public record HadoopSource(String folder, HadoopSettings hadoop) implements RoundFolder.Source {

  public static HadoopSource of(String folder, Configuration hadoop) {
    return new HadoopSource(HadoopFiles.qualified(folder, hadoop), new HadoopSettings(hadoop));
  }

  @Override
  public Folder get() {
    return HadoopFolder.of(folder, hadoop.configuration());
  }
}
