package io.sparsetune.interop;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of Python's pickle, protocol 2, that {@code torch.save} needs for dictionaries of
 * tensors and lists of integers. Nothing in it names code other than torch's own builders, so that
 * {@code torch.load(weights_only=True)} reads it.
 */
final class TorchPickle {
  private static final int PROTO = 0x80;
  private static final int STOP = '.';
  private static final int MARK = '(';
  private static final int EMPTY_DICT = '}';
  private static final int SETITEMS = 'u';
  private static final int EMPTY_LIST = ']';
  private static final int APPENDS = 'e';
  private static final int TUPLE = 't';
  private static final int EMPTY_TUPLE = ')';
  private static final int TUPLE1 = 0x85;
  private static final int REDUCE = 'R';
  private static final int GLOBAL = 'c';
  private static final int NEWFALSE = 0x89;
  private static final int BINPERSID = 'Q';
  private static final int BINUNICODE = 'X';
  private static final int BININT1 = 'K';
  private static final int BININT2 = 'M';
  private static final int BININT = 'J';

  /** A tensor's elements, row-major; asked for again each time they are needed. */
  interface Elements {
    float[] get() throws IOException;
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<Elements> storages = new ArrayList<>();

  TorchPickle() {
    out.write(PROTO);
    out.write(2);
  }

  /** Opens a dictionary; keys and values follow in turn. */
  void beginDictionary() {
    out.write(EMPTY_DICT);
    out.write(MARK);
  }

  void endDictionary() {
    out.write(SETITEMS);
  }

  void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    out.write(BINUNICODE);
    little(bytes.length);
    out.writeBytes(bytes);
  }

  /** A list of integers. */
  void integers(int[] values) {
    out.write(EMPTY_LIST);
    out.write(MARK);
    for (int value : values) {
      integer(value);
    }
    out.write(APPENDS);
  }

  /** A {@code torch.Size}. */
  void size(List<Integer> shape) {
    global("torch", "Size");
    tuple(shape);
    out.write(TUPLE1);
    out.write(REDUCE);
  }

  /** A contiguous float32 tensor. */
  void tensor(List<Integer> shape, Elements elements) {
    int count = shape.stream().reduce(1, Math::multiplyExact);
    global("torch._utils", "_rebuild_tensor_v2");
    out.write(MARK);
    out.write(MARK);
    text("storage");
    global("torch", "FloatStorage");
    text(Integer.toString(storages.size()));
    text("cpu");
    integer(count);
    out.write(TUPLE);
    out.write(BINPERSID);
    integer(0); // offset in the storage
    tuple(shape);
    tuple(strides(shape));
    out.write(NEWFALSE); // no gradient
    global("collections", "OrderedDict");
    out.write(EMPTY_TUPLE);
    out.write(REDUCE);
    out.write(TUPLE);
    out.write(REDUCE);
    storages.add(elements);
  }

  /** The whole pickle; nothing may be added after it. */
  byte[] end() {
    out.write(STOP);
    return out.toByteArray();
  }

  /** Storages by their number. */
  List<Elements> storages() {
    return List.copyOf(storages);
  }

  private static List<Integer> strides(List<Integer> shape) {
    Integer[] strides = new Integer[shape.size()];
    int stride = 1;
    for (int d = shape.size() - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= shape.get(d);
    }
    return List.of(strides);
  }

  private void tuple(List<Integer> values) {
    out.write(MARK);
    values.forEach(this::integer);
    out.write(TUPLE);
  }

  private void integer(int value) {
    if (value >= 0 && value < 1 << 8) {
      out.write(BININT1);
      out.write(value);
    } else if (value >= 0 && value < 1 << 16) {
      out.write(BININT2);
      out.write(value & 0xff);
      out.write(value >>> 8);
    } else {
      out.write(BININT);
      little(value);
    }
  }

  private void global(String module, String name) {
    out.write(GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void little(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
