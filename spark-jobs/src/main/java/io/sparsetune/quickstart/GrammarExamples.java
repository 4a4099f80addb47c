package io.sparsetune.quickstart;

import io.sparsetune.error.CorruptFileException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * The sentences that LanguageTool's rules are tested on: {@code <example correction="a|b">text with
 * a <marker>mistake</marker></example>}. The first correction in the marker's place gives the right
 * sentence. An empty correction says that none is known.
 *
 * @param marked examples with a mistake
 * @param pairs those of them for which a correction is known, in the file's order
 */
record GrammarExamples(int marked, List<SentencePair> pairs) {

  /**
   * Reads a grammar file. Entities declared inside it are resolved; nothing outside it is touched.
   *
   * @param path what messages call the file
   * @throws CorruptFileException where it is not well-formed XML
   */
  static GrammarExamples read(String path, InputStream in) {
    try {
      XMLStreamReader xml = factory().createXMLStreamReader(in);
      Reader reader = new Reader();
      while (xml.hasNext()) {
        reader.accept(xml, xml.next());
      }
      xml.close();
      return new GrammarExamples(reader.marked, List.copyOf(reader.pairs));
    } catch (XMLStreamException e) {
      throw new CorruptFileException(path, "not the XML that was expected: " + e.getMessage(), e);
    }
  }

  /** The JDK's own parser, whatever else is on the class path. */
  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
    return factory;
  }

  private static final class Reader {
    private final List<SentencePair> pairs = new ArrayList<>();
    private int marked;
    private Optional<String> correction = Optional.empty();
    private final StringBuilder text = new StringBuilder();
    private int markerFrom;
    private int markerTo;

    void accept(XMLStreamReader xml, int event) {
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> start(xml);
        case XMLStreamConstants.CHARACTERS -> text.append(xml.getText());
        case XMLStreamConstants.END_ELEMENT -> end(xml.getLocalName());
        default -> {}
      }
    }

    private void start(XMLStreamReader xml) {
      if (xml.getLocalName().equals("example")) {
        correction = Optional.ofNullable(xml.getAttributeValue(null, "correction"));
        text.setLength(0);
        markerFrom = -1;
        markerTo = -1;
      } else if (xml.getLocalName().equals("marker")) {
        markerFrom = text.length();
      }
    }

    private void end(String name) {
      if (name.equals("marker")) {
        markerTo = text.length();
      } else if (name.equals("example") && correction.isPresent()) {
        marked++;
        add(correction.get().split("\\|", -1)[0]);
      }
    }

    private void add(String firstCorrection) {
      String wrong = text.toString();
      if (firstCorrection.isEmpty() || markerFrom < 0 || markerTo < markerFrom) {
        return;
      }
      String corrected =
          wrong.substring(0, markerFrom) + firstCorrection + wrong.substring(markerTo);
      if (!corrected.strip().equals(wrong.strip())) {
        pairs.add(new SentencePair(wrong.strip(), corrected.strip()));
      }
    }
  }
}
