package io.sparsetune.files;

import java.util.HashMap;
import java.util.Map;

/** System properties for as long as a library is being loaded; then they are what they were. */
public final class TemporaryProperties implements AutoCloseable {
  private final Map<String, String> before = new HashMap<>();

  private TemporaryProperties() {}

  public static TemporaryProperties set(Map<String, String> wanted) {
    TemporaryProperties properties = new TemporaryProperties();
    wanted.forEach((key, value) -> properties.before.put(key, System.setProperty(key, value)));
    return properties;
  }

  @Override
  public void close() {
    before.forEach(
        (key, value) -> {
          if (value == null) {
            System.clearProperty(key);
          } else {
            System.setProperty(key, value);
          }
        });
  }
}
