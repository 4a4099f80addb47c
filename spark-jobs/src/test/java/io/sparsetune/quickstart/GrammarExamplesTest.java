package io.sparsetune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrammarExamplesTest {

  @Test
  void theFirstCorrectionTakesTheMarkersPlace() {
    assertThat(read("<example correction='is|was'>This <marker>are</marker> it.</example>").pairs())
        .containsExactly(new SentencePair("This are it.", "This is it."));
  }

  @Test
  void examplesWithoutAMistakeAreNoPairs() {
    GrammarExamples examples =
        read(
            "<example>Fine.</example>"
                + "<example type='triggers_error'>Some <marker>false</marker> alarm.</example>");
    assertThat(examples.marked()).isZero();
    assertThat(examples.pairs()).isEmpty();
  }

  @Test
  void anEmptyCorrectionMeansThatNoneIsKnown() {
    GrammarExamples examples =
        read(
            "<example correction=''><marker>Do not</marker> the cat.</example>"
                + "<example correction='a'>Not <marker>a</marker> change.</example>");
    assertThat(examples.marked()).isEqualTo(2);
    assertThat(examples.pairs()).isEmpty();
  }

  @Test
  void entitiesDeclaredInTheFileAreResolvedInTextAndInCorrections() {
    assertThat(
            read("<example correction='5&nbsp;km'>About <marker>5km</marker> &amp; so.</example>")
                .pairs())
        .containsExactly(new SentencePair("About 5km & so.", "About 5\u00a0km & so."));
  }

  @Test
  void nothingOutsideTheFileIsRead(@TempDir Path folder) throws Exception {
    Path secret = Files.writeString(folder.resolve("secret.txt"), "secret");
    String file =
        "<!DOCTYPE rules [<!ENTITY outside SYSTEM '%s'>]><rules><example correction='b'>&outside;"
                .formatted(secret.toUri())
            + "<marker>a</marker></example></rules>";
    assertThat(parse(file).pairs()).containsExactly(new SentencePair("a", "b"));
  }

  @Test
  void aFileThatIsNotXmlIsRefused() {
    assertThatThrownBy(() -> parse("<rules><example>"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read grammar.xml: not the XML that was expected: ");
  }

  private static GrammarExamples read(String examples) {
    return parse("<!DOCTYPE rules [<!ENTITY nbsp '&#x00A0;'>]><rules>" + examples + "</rules>");
  }

  private static GrammarExamples parse(String xml) {
    return GrammarExamples.read(
        "grammar.xml", new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
  }
}
