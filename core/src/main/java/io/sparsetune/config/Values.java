package io.sparsetune.config;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.files.Credentials;
import io.sparsetune.keys.Key;
import io.sparsetune.keys.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A configuration's values by key, and all that is wrong with them. */
final class Values {
  private static final Set<String> SECTIONS =
      ConfigKeys.ALL.stream()
          .filter(key -> key.name().contains("."))
          .map(key -> key.name().substring(0, key.name().indexOf('.')))
          .collect(Collectors.toCollection(TreeSet::new));
  private static final List<String> NAMES = ConfigKeys.ALL.stream().map(Key::name).toList();
  private static final String DROPOUT = "model.dropout";

  private final Map<String, Node> byName = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();

  /** What the layer that is being read has given. */
  private final Set<String> given = new HashSet<>();

  /**
   * @param layers each over those before it
   */
  Values(List<ConfigLayer> layers) {
    for (ConfigLayer layer : layers) {
      given.clear();
      put("", layer.root());
    }
  }

  /** Applies {@code a.b=value}, over what is there. */
  void override(String override) {
    try {
      put("", ConfigLayer.override(override).root());
    } catch (ConfigException e) {
      e.problems().forEach(this::problem);
    }
  }

  /** The key's value, or its default. Only for keys that have one. */
  <T> T get(Key<T> key) {
    return find(key).or(key::fallback).orElseThrow();
  }

  /** The key's value where it is given and right. */
  <T> Optional<T> find(Key<T> key) {
    Node node = byName.get(key.name());
    if (node == null) {
      return Optional.empty();
    }
    Optional<T> value = key.reader().apply(node);
    if (value.isEmpty()) {
      invalid(key.name(), node, key.expected());
      byName.remove(key.name());
    }
    return value;
  }

  /** The key's value; a problem and a stand-in where it is not given. */
  <T> T require(Key<T> key, T standIn) {
    if (!byName.containsKey(key.name())) {
      problem("Cannot find " + key.name() + ": it has to be given (" + key.expected() + ")");
    }
    return find(key).orElse(standIn);
  }

  Optional<Node> node(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  boolean given(Key<?> key) {
    return byName.containsKey(key.name());
  }

  void remove(String name) {
    byName.remove(name);
  }

  void invalid(String name, Node node, String expected) {
    problem("Invalid " + name + ": " + node.shown() + at(node) + "; expected " + expected);
  }

  /** Adds what is wrong with a given key, with where it stands. */
  void problem(Key<?> key, String message) {
    Node node = byName.get(key.name());
    problem(
        "Invalid "
            + key.name()
            + ": "
            + (node == null ? message : node.shown() + at(node) + ": " + message));
  }

  void problem(String message) {
    problems.add(message);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  private static String at(Node node) {
    return " (" + node.where() + ")";
  }

  private void put(String name, Node node) {
    if (hasHalfCharacter(name) || texts(node).anyMatch(Values::hasHalfCharacter)) {
      problem(
          "Cannot use "
              + Node.cut(name)
              + at(node)
              + ": it has half of a character (a surrogate without the other), which no file can"
              + " hold");
      return;
    }
    Optional<String> secret = texts(node).filter(Credentials::areIn).findFirst();
    if (secret.isPresent()) {
      problem(Node.cut(name) + ": " + Credentials.refusal(secret.get()));
      return;
    }
    String known = OtherNames.ALIASES.getOrDefault(name, name);
    boolean section = name.isEmpty() || SECTIONS.contains(name) || name.equals(DROPOUT);
    if (section && node instanceof Node.Mapping mapping) {
      mapping
          .entries()
          .forEach((key, value) -> put(name.isEmpty() ? key : name + "." + key, value));
    } else if (name.equals(DROPOUT)) {
      for (String part : List.of("hidden", "attention", "classifier")) {
        put(DROPOUT + "." + part, node);
      }
    } else if (SECTIONS.contains(name)) {
      if (!(node instanceof Node.Scalar scalar && scalar.isNull())) {
        invalid(name, node, "a section with keys such as " + firstKeyOf(name));
      }
    } else if (!NAMES.contains(known) && !known.equals(OtherNames.EVAL_STRATEGY)) {
      unknown(name, node);
    } else if (node instanceof Node.Scalar scalar && scalar.isNull()) {
      byName.remove(known);
    } else {
      Node before = byName.put(known, node);
      if (!given.add(known) && before != null && !node.where().startsWith("--set")) {
        problem(
            "Cannot use "
                + known
                + " twice: "
                + name
                + at(node)
                + " means the same as"
                + at(before));
      }
    }
  }

  /** The texts of a value; none of a section, whose keys are looked at each. */
  private static Stream<String> texts(Node node) {
    return node instanceof Node.Scalar scalar
        ? Stream.of(scalar.text())
        : node instanceof Node.Sequence list
            ? list.items().stream().flatMap(Values::texts)
            : Stream.empty();
  }

  private static boolean hasHalfCharacter(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private void unknown(String name, Node node) {
    String refusal = OtherNames.refusal(name);
    problem(
        refusal.isEmpty()
            ? "Unknown key " + Node.cut(name) + at(node) + "." + hint(name)
            : "Cannot use " + Node.cut(name) + at(node) + ": " + refusal);
  }

  private static String hint(String name) {
    String last = name.substring(name.lastIndexOf('.') + 1);
    for (String known : NAMES) {
      if (known.endsWith("." + last)) {
        return " Did you mean '" + known + "'?";
      }
    }
    if (!name.contains(".")) {
      List<String> top = new ArrayList<>(SECTIONS);
      top.add("output");
      Optional<String> near = NearestName.of(name, top);
      if (near.isPresent()) {
        return " Did you mean '" + near.get() + "'?";
      }
    }
    String given = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    String section = NearestName.of(given, SECTIONS).orElse(given);
    List<String> siblings =
        NAMES.stream()
            .filter(known -> known.startsWith(section + "."))
            .map(known -> known.substring(section.length() + 1))
            .toList();
    return NearestName.of(last, siblings)
        .map(found -> section + "." + found)
        .or(() -> nearestLast(last))
        .map(found -> " Did you mean '" + found + "'?")
        .orElse(" The known keys are in docs/configuration.md");
  }

  private static Optional<String> nearestLast(String last) {
    List<String> lasts = NAMES.stream().map(n -> n.substring(n.lastIndexOf('.') + 1)).toList();
    return NearestName.of(last, lasts).map(found -> NAMES.get(lasts.indexOf(found)));
  }

  private static String firstKeyOf(String section) {
    return NAMES.stream().filter(n -> n.startsWith(section + ".")).findFirst().orElseThrow();
  }
}
