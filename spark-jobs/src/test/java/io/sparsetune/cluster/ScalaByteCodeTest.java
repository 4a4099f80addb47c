package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cli.Main;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One jar runs on Spark builds with Scala 2.12 and 2.13: its classes name nothing of Scala that is
 * another type, or missing, in one of them. The compiler writes such names also where no source has
 * them, as with a method of Spark's that returns a {@code Seq}.
 */
class ScalaByteCodeTest {
  private static final Pattern SCALA = Pattern.compile("(?<![a-z/])scala/[A-Za-z$/0-9]+");

  /** The same in both, as far as they are used. */
  private static final Set<String> IN_BOTH =
      Set.of(
          "scala/Function2",
          "scala/Option",
          "scala/Product",
          "scala/Tuple2",
          "scala/collection/Iterable",
          "scala/collection/Iterator",
          "scala/reflect/ClassTag",
          "scala/reflect/ClassTag$",
          "scala/runtime/AbstractFunction2",
          "scala/util/Properties");

  @Test
  void classesNameOnlyWhatScala212And213Share() throws Exception {
    Path classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Map<String, Set<String>> named = new TreeMap<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        for (String name : scalaNames(file)) {
          named
              .computeIfAbsent(name, first -> new TreeSet<>())
              .add(classes.relativize(file).toString());
        }
      }
    }
    // A check of the check: these are there.
    assertThat(named).containsKeys("scala/Tuple2", "scala/runtime/AbstractFunction2");
    named.keySet().removeAll(IN_BOTH);
    assertThat(named).isEmpty();
  }

  /** Names in the texts of a class file's constant pool, descriptors and generic types included. */
  private static Set<String> scalaNames(Path file) throws IOException {
    Set<String> names = new TreeSet<>();
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      in.skipNBytes(8); // the magic number and the version
      int constants = in.readUnsignedShort();
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> {
            Matcher matcher = SCALA.matcher(in.readUTF());
            while (matcher.find()) {
              names.add(matcher.group());
            }
          }
          case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++; // a number of eight bytes counts twice
          }
          case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          default -> throw new IOException("Unknown constant " + tag + " in " + file);
        }
      }
    }
    return names;
  }
}
