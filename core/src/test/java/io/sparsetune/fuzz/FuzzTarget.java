package io.sparsetune.fuzz;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A format that comes from outside, with the code that reads it.
 *
 * @param name the target's name, which {@code -Dfuzz.target} takes
 * @param named what a refusal's message must contain: the file's name or its folder's
 * @param examples inputs that are accepted
 * @param mutation makes inputs of the examples
 * @param reader reads an input as the product does; returns where it accepts
 * @param longest time that one input may take
 */
public record FuzzTarget(
    String name,
    String named,
    List<byte[]> examples,
    Mutation mutation,
    Reader reader,
    Duration longest) {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  /** A target whose inputs may take 5 s each. */
  public FuzzTarget(
      String name, String named, List<byte[]> examples, Mutation mutation, Reader reader) {
    this(name, named, examples, mutation, reader, LONGEST);
  }

  /** The product's way to read a format. */
  public interface Reader {
    void read(byte[] input) throws Exception;
  }

  /** Input number i, a function of the seed and i alone. */
  byte[] input(long seed, long i) {
    Dice dice = new Dice(seed * 1_000_003 + i * 31 + name.hashCode());
    return mutation.apply(dice.of(examples), dice);
  }

  /** Texts as bytes of UTF-8. */
  public static List<byte[]> texts(String... texts) {
    return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
  }
}
