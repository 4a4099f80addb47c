package io.sparsetune.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.StrictJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a header's JSON: {@code {"__metadata__": {…}, name: {dtype, shape, data_offsets}, …}}. */
final class HeaderParser {
  private static final int MAX_DIMENSIONS = 8;

  private final String path;
  private final String text;

  /** First byte of the data, counted from the start of the file. */
  private final long dataStart;

  private final long dataBytes;
  private final JsonParser json;
  private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
  private final Map<String, String> metadata = new TreeMap<>();

  private HeaderParser(String path, String text, long dataStart, long dataBytes) {
    this.path = path;
    this.text = text;
    this.dataStart = dataStart;
    this.dataBytes = dataBytes;
    this.json = StrictJson.parser(path, text, 8);
  }

  static SafetensorsHeader parse(String path, String text, long dataStart, long dataBytes) {
    try {
      return new HeaderParser(path, text, dataStart, dataBytes).parse();
    } catch (JsonProcessingException e) {
      throw StrictJson.notJson(path, text, 8, e);
    } catch (IOException e) {
      throw new IllegalStateException("A string cannot fail to be read", e);
    }
  }

  private SafetensorsHeader parse() throws IOException {
    expect(json.nextToken(), JsonToken.START_OBJECT, "the header must be a JSON object");
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NULL && name.equals("__metadata__")) {
        continue;
      }
      expect(
          json.currentToken(), JsonToken.START_OBJECT, "the entry " + name + " must be an object");
      if (name.equals("__metadata__")) {
        readMetadata();
      } else {
        readTensor(name);
      }
    }
    if (json.nextToken() != null) {
      throw corrupt("text follows the header's JSON object");
    }
    checkThatDataIsCovered();
    return new SafetensorsHeader(tensors, metadata);
  }

  private void readMetadata() throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      expect(json.nextToken(), JsonToken.VALUE_STRING, "__metadata__ " + key + " must be a string");
      metadata.put(key, json.getText());
    }
  }

  private void readTensor(String name) throws IOException {
    Dtype dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "dtype" -> dtype = dtype(name);
        case "shape" -> shape = integers(name, "shape", MAX_DIMENSIONS);
        case "data_offsets" -> offsets = integers(name, "data_offsets", 2);
        default -> throw corrupt("tensor " + name + " has an unknown key " + key);
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw corrupt("tensor " + name + " needs dtype, shape and two data_offsets");
    }
    long elements = 1;
    for (long dimension : shape) {
      if (dimension != 0 && elements > Long.MAX_VALUE / 64 / dimension) {
        throw corrupt("tensor " + name + " has an impossible shape " + shape);
      }
      elements *= dimension;
    }
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin > end || end > dataBytes) {
      throw corrupt(
          "tensor %s lies outside the file: data_offsets [%d, %d] of %d bytes"
              .formatted(name, begin, end, dataBytes));
    }
    if (elements * dtype.bits() % 8 != 0) {
      throw corrupt(
          "tensor %s of shape %s and %s does not end with a whole byte"
              .formatted(name, shape, dtype));
    }
    long needed = elements * dtype.bits() / 8;
    if (end - begin != needed) {
      throw corrupt(
          "tensor %s has %d bytes, but its shape %s of %s needs %d"
              .formatted(name, end - begin, shape, dtype, needed));
    }
    tensors.put(name, new TensorInfo(name, dtype, shape, elements, dataStart + begin));
  }

  private Dtype dtype(String name) throws IOException {
    expect(json.currentToken(), JsonToken.VALUE_STRING, "the dtype of " + name + " must be a name");
    String given = json.getText();
    for (Dtype dtype : Dtype.values()) {
      if (dtype.name().equals(given)) {
        return dtype;
      }
    }
    throw corrupt(
        "tensor %s has the unknown dtype %s (known: %s)"
            .formatted(name, given, EnumSet.allOf(Dtype.class)));
  }

  private List<Long> integers(String name, String key, int most) throws IOException {
    String rule =
        "%s of tensor %s must be a list of at most %d whole numbers".formatted(key, name, most);
    expect(json.currentToken(), JsonToken.START_ARRAY, rule);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, rule);
      if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0
          || numbers.size() == most) {
        throw corrupt(rule);
      }
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  /** Every byte of the data belongs to exactly one tensor. */
  private void checkThatDataIsCovered() {
    List<TensorInfo> inOrder = new ArrayList<>(tensors.values());
    inOrder.sort(
        (a, b) ->
            a.offset() != b.offset()
                ? Long.compare(a.offset(), b.offset())
                : Long.compare(a.bytes(), b.bytes()));
    long at = dataStart;
    for (TensorInfo tensor : inOrder) {
      if (tensor.offset() < at) {
        throw corrupt("tensor " + tensor.name() + " overlaps another", tensor.offset());
      }
      if (tensor.offset() > at) {
        throw corrupt("no tensor owns the bytes before " + tensor.name(), at);
      }
      at += tensor.bytes();
    }
    if (at < dataStart + dataBytes) {
      throw corrupt("%d bytes follow the last tensor".formatted(dataStart + dataBytes - at), at);
    }
  }

  private void expect(JsonToken found, JsonToken wanted, String rule) {
    if (found != wanted) {
      throw corrupt(rule);
    }
  }

  private CorruptFileException corrupt(String problem) {
    long characters = json.currentTokenLocation().getCharOffset();
    String before = text.substring(0, (int) Math.max(0, Math.min(characters, text.length())));
    return corrupt(problem, 8L + before.getBytes(StandardCharsets.UTF_8).length);
  }

  private CorruptFileException corrupt(String problem, long at) {
    return new CorruptFileException(path, problem + " (at byte " + at + ")");
  }
}
