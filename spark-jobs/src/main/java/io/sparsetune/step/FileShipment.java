package io.sparsetune.step;

import io.sparsetune.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** Adds local files to a Spark application, each under a name of its content. */
final class FileShipment {
  private FileShipment() {}

  static ShippedFolder ship(SparkSession session, Path folder, List<String> names) {
    Map<String, String> shipped = new HashMap<>();
    try {
      Path links = Files.createTempDirectory("sparsetune-model");
      links.toFile().deleteOnExit();
      for (String name : names) {
        Path file = folder.resolve(name).toRealPath();
        String shippedName = sha256(file) + "-" + name.replace('/', '-');
        add(session.sparkContext(), links.resolve(shippedName), file);
        shipped.put(name, shippedName);
      }
    } catch (IOException e) {
      throw new DataException(
          "Cannot ship %s to the executors: %s".formatted(folder, e.getMessage()), e);
    }
    return new ShippedFolder(folder.toString(), shipped);
  }

  private static void add(SparkContext context, Path link, Path file) throws IOException {
    // Spark refuses a second file of the same name; the same name here is the same content.
    if (context.listFiles().mkString("\n").contains(link.getFileName().toString())) {
      return;
    }
    Files.createSymbolicLink(link, file);
    link.toFile().deleteOnExit();
    context.addFile(link.toUri().toString());
  }

  /** The first 16 hexadecimal digits. */
  private static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        byte[] buffer = new byte[1 << 16];
        while (in.read(buffer) >= 0) {
          // The digest sees the bytes as they pass.
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
