package io.sparsetune.method;

import io.sparsetune.keys.Key;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Values of a method's own keys, defaults filled in. Immutable. */
public final class MethodOptions {
  private static final MethodOptions NONE = new MethodOptions(new TreeMap<>());

  private final TreeMap<String, Object> values;

  private MethodOptions(TreeMap<String, Object> values) {
    this.values = values;
  }

  public static MethodOptions none() {
    return NONE;
  }

  /** These and one more. */
  public <T> MethodOptions with(Key<T> key, T value) {
    TreeMap<String, Object> more = new TreeMap<>(values);
    more.put(key.name(), value);
    return new MethodOptions(more);
  }

  /** The key's value; empty where it is not given and has no default. */
  @SuppressWarnings("unchecked")
  public <T> Optional<T> find(Key<T> key) {
    // What stands under a key's name was put there with that key.
    return Optional.ofNullable((T) values.get(key.name())).or(key::fallback);
  }

  /**
   * The value of a key that has a default.
   *
   * @throws IllegalArgumentException where it has none and is not given
   */
  public <T> T get(Key<T> key) {
    return find(key)
        .orElseThrow(
            () -> new IllegalArgumentException("Invalid options: no " + key.name() + " is given"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MethodOptions options && values.equals(options.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return ((Map<String, Object>) values).toString();
  }
}
