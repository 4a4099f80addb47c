package io.sparsetune.method.file;

import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.Unreadable;
import io.sparsetune.files.WrittenResult;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The positions that a file holds, or the mask of another run. */
public final class FileMask implements MaskMethod {
  /** A mask file, or a run's folder. */
  public static final Key<String> PATH =
      Key.text("method.path", "a path")
          .note("file: a .safetensors file of positions, or the folder of a finished run");

  /** What stands at {@link #PATH}; not to be written in a configuration. */
  private static final Key<GivenMask> GIVEN =
      new Key<>(
          "method.path's content", "a mask", Optional.empty(), "—", "", node -> Optional.empty());

  private static final String SUFFIX = ".safetensors";

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.Nothing();
  }

  @Override
  public boolean hasBudget() {
    return false;
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(PATH);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    return options.find(PATH).isPresent()
        ? Map.of()
        : Map.of(
            PATH,
            "method.name file needs one: a .safetensors file of positions, or a run's folder");
  }

  @Override
  public MethodConfig opened(MethodConfig config, Function<String, ByteSource> files) {
    String path = config.options().get(PATH);
    boolean run = !path.endsWith(SUFFIX);
    ByteSource file = files.apply(run ? path + "/" + RunFiles.DELTA : path);
    GivenMask mask = GivenMask.read(file);
    if (run) {
      requireFinished(path, files.apply(path + "/" + RunFiles.SUCCESS));
      requireUnchanged(file, files.apply(path + "/" + RunFiles.RESULT));
    }
    return new MethodConfig(
        config.name(), config.budget(), config.range(), config.options().with(GIVEN, mask));
  }

  private static void requireFinished(String path, ByteSource success) {
    try {
      success.size();
    } catch (IOException e) {
      throw new DataException(
          "Cannot use the run %s as a mask: it did not finish (%s is missing)"
              .formatted(path, RunFiles.SUCCESS),
          e);
    }
  }

  /** The delta is the one that the training wrote, where its result is there to tell. */
  private static void requireUnchanged(ByteSource delta, ByteSource result) {
    try {
      result.size();
    } catch (FileNotFoundException | NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw Unreadable.because(result.path(), e);
    }
    try {
      String written = WrittenResult.read(result).path(WrittenResult.DELTA_SHA256).asText();
      if (!written.isEmpty()) {
        WrittenResult.requireUnchanged(delta.path(), Sha256.hex(delta), written);
      }
    } catch (IOException e) {
      throw Unreadable.because(delta.path(), e);
    }
  }

  @Override
  public Map<Key<?>, String> contents(MethodOptions options) {
    return Map.of(PATH, options.get(GIVEN).sha256());
  }

  @Override
  public Mask mask(MaskProblem problem, ScoreSource scores) {
    return problem
        .config()
        .options()
        .get(GIVEN)
        .over(problem.layout(), problem.scope(), problem.config().range());
  }
}
