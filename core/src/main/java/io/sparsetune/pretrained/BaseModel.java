package io.sparsetune.pretrained;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.InputFolder;
import io.sparsetune.files.Unreadable;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.onnx.OnnxGraph;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pre-trained encoder in its files: a Hugging Face folder, or an ONNX export. Opening it reads
 * and checks every description but no weights; {@link #load} gives θ⁰, the other methods stream.
 * Safe for many threads.
 */
public final class BaseModel {
  static final String CONFIG = "config.json";
  private static final String ONNX = "model.onnx";

  /** Files of a tokenizer, as Hugging Face names them. */
  public static final List<String> TOKENIZER_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.txt",
          "vocab.json",
          "merges.txt");

  private final InputFolder folder;
  private final ModelConfigFile config;
  private final WeightSource weights;
  private final List<String> files;
  private final List<String> tokenizerFiles;
  private final WeightImport imported;
  private String fingerprint = "";

  private final Optional<SentenceModules> modules;

  /**
   * @param root what was opened: the model's folder, or the one that it lies in
   * @param folder of the model
   */
  private BaseModel(
      InputFolder root,
      InputFolder folder,
      Optional<SentenceModules> modules,
      ModelConfigFile config,
      WeightSource weights,
      boolean ownConfig)
      throws IOException {
    this.folder = folder;
    this.modules = modules;
    this.config = config;
    this.weights = weights;
    this.imported = new WeightImport(weights, config.encoder());
    List<String> present = new ArrayList<>();
    for (String name : TOKENIZER_FILES) {
      if (folder.contains(name)) {
        present.add(name);
      }
    }
    this.tokenizerFiles = List.copyOf(present);
    List<String> all = new ArrayList<>();
    if (ownConfig) {
      all.add(CONFIG);
    }
    all.addAll(weights.files());
    all.addAll(present);
    if (folder != root) {
      all.replaceAll(name -> modules.orElseThrow().transformer() + "/" + name);
    }
    modules.ifPresent(found -> all.addAll(found.files()));
    this.files = List.copyOf(all);
  }

  /**
   * A folder with {@code config.json} and {@code model.safetensors}, its index and shards, or
   * {@code model.onnx}; of sentence-transformers, its encoder's may be a folder in it.
   *
   * @throws CorruptFileException where a file breaks its format, or a tensor does not fit the
   *     configuration
   * @throws DataException where a file is missing
   */
  public static BaseModel open(InputFolder root) {
    try {
      Optional<SentenceModules> modules = SentenceModules.read(root);
      InputFolder folder = modules.isPresent() ? modules.get().encoder(root) : root;
      boolean single = folder.contains(SafetensorsWeights.SINGLE);
      boolean sharded = folder.contains(SafetensorsWeights.INDEX);
      if (!single && !sharded) {
        if (folder.contains(ONNX)) {
          return openOnnx(root, folder, modules, ONNX);
        }
        String remedy =
            folder.contains("pytorch_model.bin")
                ? "; its pytorch_model.bin is not read: load the model with transformers and"
                    + " save_pretrained it anew (before version 5 with safe_serialization=True)"
                : "";
        throw new DataException(
            "Cannot read a model from %s: it has no model.safetensors, model.safetensors.index.json or model.onnx%s"
                .formatted(folder.location(), remedy));
      }
      if (!folder.contains(CONFIG)) {
        throw new DataException(
            "Cannot read a model from %s: it has no config.json".formatted(folder.location()));
      }
      ModelConfigFile config = ModelConfigFile.read(folder.file(CONFIG));
      WeightSource weights =
          single ? SafetensorsWeights.single(folder) : SafetensorsWeights.sharded(folder);
      return new BaseModel(root, folder, modules, config, weights, true);
    } catch (IOException e) {
      throw Unreadable.because(root.location(), e);
    }
  }

  /**
   * An ONNX export; {@code config.json} in the same folder is used where it is there, else the
   * graph has to tell a BERT's sizes.
   *
   * @param file its name in the folder
   */
  public static BaseModel openOnnx(InputFolder folder, String file) {
    try {
      return openOnnx(folder, folder, SentenceModules.read(folder), file);
    } catch (IOException e) {
      throw Unreadable.because(folder.location(), e);
    }
  }

  private static BaseModel openOnnx(
      InputFolder root, InputFolder folder, Optional<SentenceModules> modules, String file)
      throws IOException {
    OnnxGraph graph = OnnxGraph.open(folder.file(file));
    OnnxWeights weights = new OnnxWeights(graph, file);
    boolean ownConfig = folder.contains(CONFIG);
    ModelConfigFile config =
        ownConfig
            ? ModelConfigFile.read(folder.file(CONFIG))
            : ModelConfigFile.of(graph.path(), OnnxConfig.infer(graph, weights.shapes()));
    return new BaseModel(root, folder, modules, config, weights, ownConfig);
  }

  /** A folder, or an {@code .onnx} file, on the local disk. */
  public static BaseModel open(Path path) {
    Path name = path.getFileName();
    if (name != null && name.toString().endsWith(".onnx")) {
      return openOnnx(InputFolder.local(path.toAbsolutePath().getParent()), name.toString());
    }
    if (!Files.isDirectory(path)) {
      throw new DataException("Cannot read a model from " + path + ": there is no such folder");
    }
    return open(InputFolder.local(path));
  }

  /** Where it was opened. */
  public String location() {
    return folder.location();
  }

  /** The folder of its weights and its tokenizer. */
  public InputFolder folder() {
    return folder;
  }

  public ModelConfigFile config() {
    return config;
  }

  public EncoderConfig encoder() {
    return config.encoder();
  }

  /** The model's own dropout. */
  public Dropout dropout() {
    return config.dropout();
  }

  /** How a model of sentence-transformers pools; empty for another. */
  public Optional<SentencePooling> sentencePooling() {
    return modules.flatMap(SentenceModules::pooling);
  }

  /** Modules of a sentence-transformers model that are neither its encoder nor its pooling. */
  public List<String> unusedModules() {
    return modules.map(SentenceModules::unused).orElse(List.of());
  }

  /** Names, in the folder that was opened, of everything that opening it elsewhere needs. */
  public List<String> files() {
    return files;
  }

  /** Names in {@link #folder} of the tokenizer's files that are there. */
  public List<String> tokenizerFiles() {
    return tokenizerFiles;
  }

  /**
   * SHA-256, as hexadecimal digits, of embeddings and encoder; reads them all, in constant memory,
   * the first time. docs/delta-format.md defines it.
   *
   * @throws CorruptFileException where a parameter is not finite
   */
  public synchronized String fingerprint() {
    if (fingerprint.isEmpty()) {
      ParameterLayout layout = imported.encoderLayout();
      fingerprint =
          BaseFingerprint.of(
              layout,
              false,
              weights.path(),
              (tensor, sink) -> weights.read(layout.tensor(tensor).name(), sink));
    }
    return fingerprint;
  }

  /**
   * The same of a model's head at θ⁰, loaded or drawn.
   *
   * @param seed of the head's initialisation
   */
  public String headFingerprint(ModelSpec spec, long seed) {
    return BaseFingerprint.of(
        checked(spec).layout(),
        true,
        weights.path(),
        (tensor, sink) -> read(spec, tensor, seed, sink));
  }

  /** Which modules of that model's head come from the base, and which are drawn anew. */
  public HeadOrigin headOrigin(ModelSpec spec) {
    return imported.headOrigin(checked(spec));
  }

  /**
   * A classification with its classifier's start by the labels' names: from the rows of the base
   * that {@code id2label} gives these names, or drawn. Other models start as they are.
   *
   * @param labels names of the outputs
   */
  public ModelSpec startingByName(ModelSpec spec, List<String> labels) {
    boolean rows = headOrigin(spec).loaded().contains(spec.classifier());
    return rows && spec.loss() == Loss.CROSS_ENTROPY
        ? spec.with(ClassifierStart.byName(config.labels(), labels))
        : spec;
  }

  /**
   * Where the modules of that model's head start from, in words and by their names.
   *
   * @param labels names of the outputs; empty where they have none
   */
  public Map<String, String> headReport(ModelSpec spec, List<String> labels) {
    return new HeadReport(imported, checked(spec), config.labels()).origins(labels);
  }

  /**
   * θ⁰ in layout order, [n].
   *
   * @param seed of the head's initialisation
   */
  public float[] load(ModelSpec spec, long seed) {
    ParameterLayout layout = checked(spec).layout();
    float[] theta = new float[layout.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      readInto(spec, layout, t, seed, theta, layout.offset(t));
    }
    return theta;
  }

  /**
   * One tensor of θ⁰, row-major, piece by piece; a head's tensor too.
   *
   * @param tensor index in {@code spec.layout()}
   * @throws IOException what the sink throws, and nothing else
   */
  public void read(ModelSpec spec, int tensor, long seed, FloatSink sink) throws IOException {
    ModelSpec known = checked(spec);
    imported.read(known, known.layout(), tensor, seed, sink);
  }

  private void readInto(
      ModelSpec spec, ParameterLayout layout, int tensor, long seed, float[] into, int at) {
    try {
      imported.read(spec, layout, tensor, seed, FloatSink.into(into, at));
    } catch (IOException e) {
      throw new IllegalStateException("An array cannot fail to be written", e);
    }
  }

  private ModelSpec checked(ModelSpec spec) {
    if (!spec.encoder().equals(config.encoder())) {
      throw new IllegalArgumentException(
          "Invalid model: its encoder is %s, but the base in %s has %s"
              .formatted(spec.encoder(), location(), config.encoder()));
    }
    return spec;
  }
}
