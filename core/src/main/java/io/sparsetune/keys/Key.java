package io.sparsetune.keys;

import io.sparsetune.files.KeyName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A key that a configuration may have.
 *
 * @param name with its section: {@code training.learning_rate}
 * @param expected what a value has to be, as messages and the documentation say it
 * @param fallback the value where the key is absent; empty where there is none
 * @param shownDefault the default as the documentation says it
 * @param notes for the documentation
 * @param reader the value of a node; empty where the node is not what is expected
 */
public record Key<T>(
    String name,
    String expected,
    Optional<T> fallback,
    String shownDefault,
    String notes,
    Function<Node, Optional<T>> reader) {

  /** A number of its own writing: 1e-3 and .005 too, which YAML alone takes for text. */
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d[\\d_]*(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

  public static Key<String> text(String name, String expected) {
    return new Key<>(name, expected, Optional.empty(), "—", "", Key::string);
  }

  public static Key<Double> number(String name, String expected, DoublePredicate fits) {
    return new Key<>(name, expected, Optional.empty(), "—", "", node -> decimal(node, fits));
  }

  public static Key<Integer> count(String name, int least) {
    String expected =
        least == 0 ? "a whole number, 0 or more" : "a whole number, " + least + " or more";
    return new Key<>(
        name,
        expected,
        Optional.empty(),
        "—",
        "",
        node -> whole(node).filter(v -> v >= least && v <= Integer.MAX_VALUE).map(Long::intValue));
  }

  public static Key<Long> integer(String name) {
    return new Key<>(name, "a whole number", Optional.empty(), "—", "", Key::whole);
  }

  public static Key<Boolean> flag(String name) {
    return new Key<>(
        name,
        "true or false",
        Optional.empty(),
        "—",
        "",
        node ->
            string(node)
                .filter(s -> s.equals("true") || s.equals("false"))
                .map(Boolean::parseBoolean));
  }

  /** One of an enum's constants, in lower case. */
  @SafeVarargs
  public static <E extends Enum<E>> Key<E> choice(String name, E... values) {
    return new Key<>(
        name,
        Arrays.stream(values).map(KeyName::of).collect(Collectors.joining(", ")),
        Optional.empty(),
        "—",
        "",
        node ->
            string(node)
                .flatMap(
                    s -> Arrays.stream(values).filter(v -> KeyName.of(v).equals(s)).findFirst()));
  }

  /** One of some words. */
  public static Key<String> word(String name, List<String> words) {
    return new Key<>(
        name,
        String.join(", ", words),
        Optional.empty(),
        "—",
        "",
        node -> string(node).filter(words::contains));
  }

  /** A list of texts, or a single one. */
  public static Key<List<String>> texts(String name, String expected) {
    return new Key<>(name, expected, Optional.empty(), "—", "", Key::strings);
  }

  public Key<T> withDefault(T value) {
    return withDefault(value, shown(value));
  }

  public Key<T> withDefault(T value, String shown) {
    return new Key<>(name, expected, Optional.of(value), shown, notes, reader);
  }

  /** Documents what happens without the key. */
  public Key<T> absentMeans(String shown) {
    return new Key<>(name, expected, fallback, shown, notes, reader);
  }

  public Key<T> note(String text) {
    return new Key<>(name, expected, fallback, shownDefault, text, reader);
  }

  /** Accepts {@code none} as well, which {@code find} tells apart from an absent key. */
  public Key<Optional<T>> orNone() {
    return new Key<>(
        name,
        expected + ", or none",
        fallback.map(Optional::of),
        shownDefault,
        notes,
        node ->
            string(node).filter("none"::equals).isPresent()
                ? Optional.of(Optional.empty())
                : reader.apply(node).map(Optional::of));
  }

  private static String shown(Object value) {
    if (value instanceof Enum<?> constant) {
      return KeyName.of(constant);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
    if (value instanceof Double number) {
      return shown(number.doubleValue());
    }
    return String.valueOf(value);
  }

  /** A number as one writes it in a configuration: {@code 3}, {@code 0.1}, {@code 1.25e-7}. */
  public static String shown(double value) {
    return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
  }

  public static Optional<String> string(Node node) {
    return node instanceof Node.Scalar scalar && !scalar.isNull() && !scalar.text().isBlank()
        ? Optional.of(scalar.text())
        : Optional.empty();
  }

  private static Optional<List<String>> strings(Node node) {
    if (node instanceof Node.Sequence sequence) {
      List<String> all = new ArrayList<>();
      for (Node item : sequence.items()) {
        Optional<String> one = string(item);
        if (one.isEmpty()) {
          return Optional.empty();
        }
        all.add(one.get());
      }
      return Optional.of(List.copyOf(all));
    }
    return string(node).map(List::of);
  }

  public static Optional<Double> decimal(Node node, DoublePredicate fits) {
    return string(node)
        .filter(s -> NUMBER.matcher(s).matches())
        // Adding makes −0 the 0 that it is written as.
        .map(s -> Double.parseDouble(s.replace("_", "")) + 0.0)
        .filter(v -> !v.isInfinite() && fits.test(v));
  }

  /** Whole numbers, also as 1e4 or 3.0. */
  public static Optional<Long> whole(Node node) {
    Optional<String> digits =
        string(node).filter(s -> s.matches("[-+]?\\d[\\d_]{0,24}")).map(s -> s.replace("_", ""));
    if (digits.isPresent()) {
      try {
        return Optional.of(Long.valueOf(digits.get()));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
    return decimal(node, v -> v == Math.rint(v) && Math.abs(v) <= 1L << 53).map(Double::longValue);
  }
}
