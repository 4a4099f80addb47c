package io.sparsetune.engine.room;

import io.sparsetune.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads the room's jars from the application's resources into memory, checked against their list:
 * nothing is unpacked, so no folder must be writable and none is left behind.
 */
final class RoomJars {
  private static final String FOLDER = "room/";

  private RoomJars() {}

  /** The jars in the order of the list: where two have the same entry, the first wins. */
  static List<MemoryJar> read(ClassLoader application) {
    String index = new String(resource(application, "index"), StandardCharsets.UTF_8);
    return index
        .lines()
        .map(line -> line.split(" "))
        .map(line -> new MemoryJar(line[0], checked(application, line[0], line[1], line[2])))
        .toList();
  }

  private static byte[] checked(ClassLoader application, String name, String size, String sha256) {
    byte[] jar = resource(application, name);
    if (jar.length != Integer.parseInt(size) || !Sha256.hex(jar).equals(sha256)) {
      throw new IllegalStateException(
          "Cannot open the engine's room: %s%s is not the file that was built (%d bytes, not %s)"
              .formatted(FOLDER, name, jar.length, size));
    }
    return jar;
  }

  private static byte[] resource(ClassLoader application, String name) {
    try (InputStream in = application.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new IllegalStateException(
            "Cannot open the engine's room: no %s%s beside the library's classes"
                .formatted(FOLDER, name));
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot open the engine's room: " + FOLDER + name, e);
    }
  }
}
