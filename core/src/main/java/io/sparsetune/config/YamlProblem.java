package io.sparsetune.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a text is not YAML, without the words of the parser. */
final class YamlProblem {
  private static final Pattern PLACE = Pattern.compile(" in [^\\n]{0,40}, line (\\d{1,9}), column");

  private static final String TEMPLATE =
      "{{ … }} is a template that nothing has filled in; fill it in before, or put the value in"
          + " quotes";

  /** Parts of what the parser says, and what they mean. */
  private static final Map<String, String> MEANINGS = new LinkedHashMap<>();

  static {
    MEANINGS.put(
        "special characters are not allowed",
        "it has a control character; in double quotes it can be written, as in \"\\x07\"");
    MEANINGS.put("(TAB)", "a tab stands where YAML has blanks");
    MEANINGS.put(
        "cannot start any token",
        "a value begins with a character that YAML keeps for itself; put the value in quotes");
    MEANINGS.put(
        "mapping values are not allowed here",
        "a colon and a blank stand in a value, or the line is indented too far; put a value with a"
            + " colon in quotes");
    MEANINGS.put("could not find expected ':'", "a key has no colon after it");
    MEANINGS.put("expected ',' or", "a comma or a closing bracket is missing");
    MEANINGS.put("expected the node content", "a value is missing, or a bracket closes too early");
    MEANINGS.put("unexpected end of stream", "a quote is opened and not closed");
    MEANINGS.put(
        "unknown escape character",
        "a backslash in double quotes stands before a character that needs none; single quotes"
            + " take it as it is");
    MEANINGS.put("escape sequence", "a backslash in double quotes is followed by no such number");
    MEANINGS.put("expected <block end>", "a line is indented otherwise than those around it");
    MEANINGS.put("expected a field name", "a key is a list or a section; expected a text");
    MEANINGS.put("end-of-input", "it ends too early");
    MEANINGS.put("document start", "text follows its end");
    MEANINGS.put("tag", "it has a tag (!); write the value itself");
    MEANINGS.put("anchor", "it has a broken anchor (&) or reference (*); put the value in quotes");
    MEANINGS.put("alias", "it has a broken anchor (&) or reference (*); put the value in quotes");
    MEANINGS.put("number", "a number is too long");
    MEANINGS.put("depth", "it is nested too deep");
  }

  private YamlProblem() {}

  /** Ends a message: the line in parentheses, and the problem. */
  static String of(IOException e, String yaml) {
    String said = String.valueOf(e.getMessage());
    int line =
        e instanceof JsonProcessingException json && json.getLocation() != null
            ? json.getLocation().getLineNr()
            : 0;
    String problem = "";
    for (String part : said.lines().toList()) {
      Matcher place = PLACE.matcher(part);
      if (place.find()) {
        line = Integer.parseInt(place.group(1));
      } else if (!part.isBlank() && !Character.isWhitespace(part.charAt(0))) {
        problem = meaning(part).isEmpty() ? problem : meaning(part);
      }
    }
    return " (line " + line + "): " + (isTemplate(yaml, line) ? TEMPLATE : orUnknown(problem));
  }

  private static boolean isTemplate(String yaml, int line) {
    return yaml.lines().skip(Math.max(0, line - 1)).findFirst().orElse("").contains("{{");
  }

  private static String meaning(String said) {
    String lower = said.toLowerCase(Locale.ROOT);
    return MEANINGS.entrySet().stream()
        .filter(meaning -> lower.contains(meaning.getKey().toLowerCase(Locale.ROOT)))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static String orUnknown(String problem) {
    return problem.isEmpty() ? "what stands there is not YAML" : problem;
  }
}
