package io.sparsetune.executor;

import io.sparsetune.error.DataException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkFiles;
import org.apache.spark.sql.SparkSession;

/** Adds local files to a Spark application, each under a name of its content. */
final class FileShipment {
  private static final int NAME_DIGITS = 16;

  private FileShipment() {}

  static ShippedFolder ship(SparkSession session, Path folder, List<String> names) {
    Map<String, String> shipped = new HashMap<>();
    try {
      Path links = Files.createTempDirectory("sparsetune-model");
      links.toFile().deleteOnExit();
      for (String name : names) {
        Path file = folder.resolve(name).toRealPath();
        String shippedName =
            Sha256.hex(file).substring(0, NAME_DIGITS) + "-" + name.replace('/', '-');
        add(session.sparkContext(), links.resolve(shippedName), file);
        shipped.put(name, shippedName);
      }
    } catch (IOException e) {
      throw new DataException(
          "Cannot ship %s to the executors: %s".formatted(folder, IoReason.of(e)), e);
    }
    return new ShippedFolder(folder.toString(), shipped);
  }

  private static void add(SparkContext context, Path link, Path file) throws IOException {
    // Spark refuses a second file of the same name; the same name here is the same content.
    if (Files.exists(Path.of(SparkFiles.get(link.getFileName().toString())))) {
      return;
    }
    Files.createSymbolicLink(link, file);
    link.toFile().deleteOnExit();
    context.addFile(link.toUri().toString());
  }
}
