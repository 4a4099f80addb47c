package io.sparsetune.hadoop;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.Unreadable;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.text.TokenizerJson;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/** Base models on Hadoop file systems. */
public final class HadoopModels {
  private static final int LARGEST_TOKENIZER = 256 << 20;

  private static final Pattern HUB_NAME = Pattern.compile("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)?");

  private static final String GGUF = ".gguf";

  private HadoopModels() {}

  /**
   * Opens a Hugging Face folder or an {@code .onnx} file; reads descriptions but no weights.
   *
   * @throws ConfigException for a path that is none
   * @throws DataException where it is not there, or a file is missing
   * @throws CorruptFileException where a file breaks its format
   */
  public static BaseModel open(String path, Configuration hadoop) {
    return open(ModelPath.of(path), hadoop);
  }

  /** Like {@link #open(String, Configuration)}. */
  public static BaseModel open(ModelPath model, Configuration hadoop) {
    HadoopFolder folder = HadoopFolder.of(model.folder(), hadoop);
    if (model.isOnnx()) {
      return BaseModel.openOnnx(folder, model.onnx());
    }
    try {
      if (!folder.exists()) {
        throw new DataException(
            "Cannot read a model from %s: there is no such folder%s"
                .formatted(model.folder(), hubHint(model.folder())));
      }
      if (model.folder().endsWith(GGUF)) {
        throw gguf(model.folder());
      }
      folder.requireFolder();
      refuseGguf(folder);
    } catch (IOException e) {
      throw Unreadable.because(model.folder(), e);
    }
    return BaseModel.open(folder);
  }

  private static void refuseGguf(HadoopFolder folder) throws IOException {
    List<String> names = folder.names();
    Optional<String> found = names.stream().filter(name -> name.endsWith(GGUF)).findFirst();
    boolean other =
        names.stream().anyMatch(name -> name.endsWith(".safetensors") || name.endsWith(".onnx"));
    if (found.isPresent() && !other) {
      throw gguf(folder.location() + "/" + found.get());
    }
  }

  private static UnsupportedVersionException gguf(String path) {
    return new UnsupportedVersionException(
        path,
        "it is a GGUF file, whose weights are mostly quantised; give the float model that it was"
            + " made from, as a Hugging Face folder");
  }

  /**
   * Whether anything is at the path.
   *
   * @throws ConfigException for a path that is none
   */
  public static boolean isThere(String path, Configuration hadoop) {
    try {
      return HadoopFolder.of(path, hadoop).exists();
    } catch (IOException e) {
      throw Unreadable.because(path, e);
    }
  }

  /** Nothing is downloaded by itself, but its name may look like a path. */
  private static String hubHint(String path) {
    return HUB_NAME.matcher(path).matches()
        ? ". If it is a model of the Hugging Face hub, download it first: hf download %s --local-dir FOLDER"
            .formatted(path)
        : "";
  }

  /**
   * The model's tokenizer as one {@code tokenizer.json}, as {@link TokenizerJson} finds it.
   *
   * @throws DataException where there is no tokenizer that can be used
   */
  public static byte[] tokenizer(BaseModel base) {
    return TokenizerJson.find(base.folder(), LARGEST_TOKENIZER);
  }
}
