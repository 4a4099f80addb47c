package io.sparsetune.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads what {@code torch.save} writes, from the descriptions of ZIP, of pickle's protocol 2 and of
 * torch's layout: dictionaries, lists, texts, numbers and float tensors. Knows nothing of the code
 * under test, and gives up at anything else.
 */
public final class TorchReader {
  /** A contiguous float tensor. */
  public record Tensor(List<Object> shape, float[] values) {}

  private record Global(String name) {}

  private final Map<String, byte[]> entries = new TreeMap<>();
  private final Deque<List<Object>> marks = new ArrayDeque<>();
  private List<Object> stack = new ArrayList<>();

  private TorchReader() {}

  public static Object read(byte[] file) throws IOException {
    TorchReader reader = new TorchReader();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        String name = entry.getName();
        reader.entries.put(name.substring(name.indexOf('/') + 1), zip.readAllBytes());
      }
    }
    require(reader.text("byteorder").equals("little"), "byte order");
    require(reader.text("version").strip().equals("3"), "version");
    return reader.unpickle(
        ByteBuffer.wrap(reader.entries.get("data.pkl")).order(ByteOrder.LITTLE_ENDIAN));
  }

  private String text(String entry) {
    return new String(entries.get(entry), StandardCharsets.US_ASCII);
  }

  private Object unpickle(ByteBuffer in) {
    require(in.get() == (byte) 0x80 && in.get() == 2, "protocol");
    while (true) {
      int code = in.get() & 0xff;
      switch (code) {
        case '}' -> stack.add(new LinkedHashMap<String, Object>());
        case ']' -> stack.add(new ArrayList<>());
        case ')' -> stack.add(List.of());
        case '(' -> {
          marks.push(stack);
          stack = new ArrayList<>();
        }
        case 't' -> {
          List<Object> items = popMark();
          stack.add(items);
        }
        case 0x85 -> stack.add(List.of(pop()));
        case 'e' -> {
          List<Object> items = popMark();
          list(stack.get(stack.size() - 1)).addAll(items);
        }
        case 'u' -> {
          List<Object> items = popMark();
          for (int i = 0; i < items.size(); i += 2) {
            map(stack.get(stack.size() - 1)).put((String) items.get(i), items.get(i + 1));
          }
        }
        case 'X' -> stack.add(string(in, in.getInt()));
        case 'K' -> stack.add(in.get() & 0xff);
        case 'M' -> stack.add(in.getShort() & 0xffff);
        case 'J' -> stack.add(in.getInt());
        case 0x89 -> stack.add(Boolean.FALSE);
        case 'c' -> stack.add(new Global(line(in) + "." + line(in)));
        case 'Q' -> stack.add(storage(list(pop())));
        case 'R' -> {
          List<Object> arguments = list(pop());
          stack.add(call((Global) pop(), arguments));
        }
        case '.' -> {
          require(stack.size() == 1 && marks.isEmpty() && !in.hasRemaining(), "end");
          return pop();
        }
        default -> throw new IllegalStateException("Unknown code " + code);
      }
    }
  }

  private static Object call(Global function, List<Object> arguments) {
    return switch (function.name()) {
      case "torch.Size" -> arguments.get(0);
      case "collections.OrderedDict" -> Map.of();
      case "torch._utils._rebuild_tensor_v2" -> tensor(arguments);
      default -> throw new IllegalStateException("Unknown function " + function.name());
    };
  }

  private static Tensor tensor(List<Object> arguments) {
    require(arguments.get(1).equals(0) && arguments.get(4).equals(false), "tensor");
    List<Object> shape = list(arguments.get(2));
    int stride = 1;
    for (int d = shape.size() - 1; d >= 0; d--) {
      require(list(arguments.get(3)).get(d).equals(stride), "contiguous strides");
      stride *= (Integer) shape.get(d);
    }
    float[] values = (float[]) arguments.get(0);
    require(values.length == stride, "storage of the tensor's size");
    return new Tensor(shape, values);
  }

  private float[] storage(List<Object> id) {
    require(id.get(0).equals("storage") && id.get(3).equals("cpu"), "storage");
    require(id.get(1).equals(new Global("torch.FloatStorage")), "float storage");
    byte[] bytes = entries.get("data/" + id.get(2));
    float[] values = new float[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    require(id.get(4).equals(values.length), "storage's size");
    return values;
  }

  private Object pop() {
    return stack.remove(stack.size() - 1);
  }

  private List<Object> popMark() {
    List<Object> items = stack;
    stack = marks.pop();
    return items;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  @SuppressWarnings("unchecked")
  public static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static String string(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String line(ByteBuffer in) {
    StringBuilder line = new StringBuilder();
    for (char c = (char) in.get(); c != '\n'; c = (char) in.get()) {
      line.append(c);
    }
    return line.toString();
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("Unexpected " + what);
    }
  }
}
