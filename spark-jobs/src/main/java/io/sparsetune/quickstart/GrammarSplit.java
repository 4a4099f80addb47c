package io.sparsetune.quickstart;

import io.sparsetune.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Labelled sentences in three parts of 80, 10 and 10 in a hundred. Sentences that belong together
 * (one corrects the other, however many share a correction) are in the same part, which the SHA-256
 * of the smallest of them chooses; so the parts depend on nothing but content.
 */
record GrammarSplit(List<Row> train, List<Row> validation, List<Row> test) {
  static final String CORRECT = "correct";
  static final String INCORRECT = "incorrect";

  /** A sentence and whether it is {@link #CORRECT} or {@link #INCORRECT}. */
  record Row(String text, String label) {}

  /**
   * Each distinct sentence once. Where rules disagree (a sentence is wrong in one pair and a
   * correction in another), it counts as wrong.
   */
  static GrammarSplit of(List<SentencePair> pairs) {
    Set<String> wrong = new HashSet<>();
    Map<String, String> parent = new HashMap<>();
    for (SentencePair pair : pairs) {
      wrong.add(pair.wrong());
      join(parent, pair.wrong(), pair.corrected());
    }
    List<List<Row>> parts = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Map<String, Integer> partOfRoot = new HashMap<>();
    Set<String> seen = new HashSet<>();
    for (SentencePair pair : pairs) {
      for (String text : List.of(pair.wrong(), pair.corrected())) {
        if (seen.add(text)) {
          int part = partOfRoot.computeIfAbsent(root(parent, text), GrammarSplit::part);
          parts.get(part).add(new Row(text, wrong.contains(text) ? INCORRECT : CORRECT));
        }
      }
    }
    return new GrammarSplit(parts.get(0), parts.get(1), parts.get(2));
  }

  /** Rows of each label, by label. */
  static Map<String, Integer> counts(List<Row> rows) {
    Map<String, Integer> counts = new TreeMap<>();
    rows.forEach(row -> counts.merge(row.label(), 1, Integer::sum));
    return counts;
  }

  /** The root of a group is its smallest sentence, so that the order of the pairs is no matter. */
  private static void join(Map<String, String> parent, String a, String b) {
    String rootA = root(parent, a);
    String rootB = root(parent, b);
    boolean first = rootA.compareTo(rootB) <= 0;
    parent.put(first ? rootB : rootA, first ? rootA : rootB);
  }

  private static String root(Map<String, String> parent, String text) {
    String root = parent.getOrDefault(text, text);
    while (!root.equals(parent.getOrDefault(root, root))) {
      root = parent.get(root);
    }
    parent.put(text, root);
    return root;
  }

  private static int part(String text) {
    int tenth = (int) Long.remainderUnsigned(hash(text), 10);
    return Math.max(0, tenth - 7);
  }

  private static long hash(String text) {
    return ByteBuffer.wrap(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
