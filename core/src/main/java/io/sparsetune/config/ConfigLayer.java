package io.sparsetune.config;

import io.sparsetune.error.ConfigException;
import io.sparsetune.keys.Key;
import io.sparsetune.keys.Node;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a configuration that is laid over another: it changes what it names and nothing else; a
 * key of {@code null} takes back what is below.
 */
public final class ConfigLayer {
  private final Node.Mapping root;

  private ConfigLayer(Node.Mapping root) {
    this.root = root;
  }

  static ConfigLayer of(Node.Mapping root) {
    return new ConfigLayer(root);
  }

  /**
   * @param yaml may be empty: it changes nothing
   * @param source what messages call it
   * @throws ConfigException where it is not YAML, or no mapping
   */
  public static ConfigLayer read(String yaml, String source) {
    return new ConfigLayer(
        YamlReader.isEmpty(yaml, source)
            ? new Node.Mapping(Map.of(), source)
            : YamlReader.file(yaml, source));
  }

  /** The same, but not empty. */
  static ConfigLayer required(String yaml, String source) {
    return new ConfigLayer(YamlReader.file(yaml, source));
  }

  /**
   * One key.
   *
   * @param name with its section: {@code training.seed}
   * @param where what messages call its place
   */
  public static ConfigLayer of(String name, String value, String where) {
    return new ConfigLayer(
        new Node.Mapping(Map.of(name, new Node.Scalar(value, false, where)), where));
  }

  /**
   * One key, as the command line has it.
   *
   * @param override {@code key=value}
   * @throws ConfigException where it is not of that form
   */
  public static ConfigLayer override(String override) {
    int equals = override.indexOf('=');
    if (equals < 1) {
      throw new ConfigException(invalidOverride(override));
    }
    String where = "--set " + Node.cut(override);
    return new ConfigLayer(
        new Node.Mapping(
            Map.of(
                override.substring(0, equals).strip(),
                YamlReader.value(override.substring(equals + 1), where)),
            where));
  }

  static String invalidOverride(String override) {
    return "Invalid --set " + Node.cut(override) + ": expected key=value, such as training.seed=2";
  }

  /** The single value of a key, in its own characters; empty where it is not given. */
  public Optional<String> text(String name) {
    return find(name).flatMap(Key::string);
  }

  /** Where a key is given, for messages; empty where it is not. */
  public Optional<String> place(String name) {
    return find(name).map(Node::where);
  }

  private Optional<Node> find(String name) {
    Node whole = root.entries().get(name);
    int dot = name.indexOf('.');
    if (whole != null || dot < 0) {
      return Optional.ofNullable(whole);
    }
    return root.entries().get(name.substring(0, dot)) instanceof Node.Mapping section
        ? Optional.ofNullable(section.entries().get(name.substring(dot + 1)))
        : Optional.empty();
  }

  Node.Mapping root() {
    return root;
  }
}
