package io.sparsetune.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.InputFolder;
import io.sparsetune.files.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The parts of a sentence-transformers model, from its {@code modules.json}: where the encoder is,
 * how tokens are pooled, and what else follows.
 *
 * @param transformer the encoder's folder; empty for the model's own
 * @param unused names and types of the modules that have no counterpart here
 * @param files names in the model's folder of what was read
 */
record SentenceModules(
    String transformer,
    Optional<SentencePooling> pooling,
    List<String> unused,
    List<String> files) {
  private static final String FILE = "modules.json";
  private static final int MAX_BYTES = 1 << 20;
  private static final int MOST = 100;
  private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}");

  /** Modes by the flags of older files, in the order in which they are joined. */
  private static final Map<String, String> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("pooling_mode_cls_token", "cls");
    FLAGS.put("pooling_mode_max_tokens", "max");
    FLAGS.put("pooling_mode_mean_tokens", "mean");
    FLAGS.put("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens");
    FLAGS.put("pooling_mode_weightedmean_tokens", "weightedmean");
    FLAGS.put("pooling_mode_lasttoken", "lasttoken");
  }

  SentenceModules {
    unused = List.copyOf(unused);
    files = List.copyOf(files);
  }

  /**
   * Empty where the folder is not one of sentence-transformers.
   *
   * @throws CorruptFileException where a file breaks its format, or names what is no folder's name
   * @throws IOException where the folder cannot be looked at
   */
  static Optional<SentenceModules> read(InputFolder folder) throws IOException {
    if (!folder.contains(FILE)) {
      return Optional.empty();
    }
    ByteSource file = folder.file(FILE);
    ArrayNode modules = StrictJson.readArray(file, MAX_BYTES);
    if (modules.size() > MOST) {
      throw new CorruptFileException(
          file.path(), "it lists %,d modules, more than %d".formatted(modules.size(), MOST));
    }
    String transformer = "";
    Optional<SentencePooling> pooling = Optional.empty();
    List<String> unused = new ArrayList<>();
    List<String> files = new ArrayList<>(List.of(FILE));
    for (JsonNode module : modules) {
      String path = path(file.path(), module);
      String type = module.path("type").asText();
      String kind = type.substring(type.lastIndexOf('.') + 1);
      switch (kind) {
        case "Transformer" -> transformer = path;
        case "Pooling" -> {
          String config = (path.isEmpty() ? "" : path + "/") + BaseModel.CONFIG;
          pooling = Optional.of(pooling(folder, config, files));
        }
        default -> unused.add(path.isEmpty() ? kind : "%s (%s)".formatted(path, kind));
      }
    }
    return Optional.of(new SentenceModules(transformer, pooling, unused, files));
  }

  private static String path(String file, JsonNode module) {
    String path = module.path("path").asText();
    if (!module.path("path").isTextual()
        || !module.path("type").isTextual()
        || !(path.isEmpty() || FOLDER.matcher(path).matches())) {
      throw new CorruptFileException(
          file,
          "a module is %s, but must have a type, and a folder's name as its path"
              .formatted(Shown.cut(module.toString(), 80)));
    }
    return path;
  }

  private static SentencePooling pooling(InputFolder folder, String name, List<String> files)
      throws IOException {
    if (!folder.contains(name)) {
      return new SentencePooling(name, "nothing, since it is not there");
    }
    files.add(name);
    ObjectNode config = StrictJson.readObject(folder.file(name), MAX_BYTES);
    List<String> modes = new ArrayList<>();
    JsonNode mode = config.path("pooling_mode");
    if (mode.isTextual()) {
      modes.add(mode.asText());
    } else if (mode.isArray() && !mode.isEmpty()) {
      mode.forEach(one -> modes.add(one.asText()));
    } else {
      FLAGS.forEach(
          (flag, named) -> {
            if (flag(folder.file(name).path(), config, flag)) {
              modes.add(named);
            }
          });
    }
    return new SentencePooling(name, String.join("+", modes));
  }

  /** Without its flag, the mean is taken. */
  private static boolean flag(String file, ObjectNode config, String name) {
    JsonNode flag = config.path(name);
    if (flag.isMissingNode() || flag.isNull()) {
      return flag.isMissingNode() && name.equals("pooling_mode_mean_tokens");
    }
    if (!flag.isBoolean()) {
      throw new CorruptFileException(file, name + " must be true or false");
    }
    return flag.asBoolean();
  }

  /** The encoder's folder. */
  InputFolder encoder(InputFolder folder) throws IOException {
    InputFolder inner = new Inner(folder, transformer);
    return !transformer.isEmpty() && inner.contains(BaseModel.CONFIG) ? inner : folder;
  }

  private record Inner(InputFolder outer, String name) implements InputFolder {
    @Override
    public String location() {
      return outer.location() + "/" + name;
    }

    @Override
    public boolean contains(String file) throws IOException {
      return outer.contains(name + "/" + file);
    }

    @Override
    public ByteSource file(String file) {
      return outer.file(name + "/" + file);
    }
  }
}
