package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.StrictJson;
import io.sparsetune.files.Unreadable;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.interop.PeftLora;
import io.sparsetune.interop.PeftLoraImport;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.Environment;
import io.sparsetune.run.RunBase;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunOrigin;
import io.sparsetune.run.RunResult;
import io.sparsetune.task.LabelLimits;
import io.sparsetune.task.TaskType;
import io.sparsetune.version.LibraryVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Makes a finished run of a LoRA adapter that PEFT saved. Needs no Spark session. */
public final class ImportJob {
  private static final int LARGEST = 16 << 20;
  private static final String PROVENANCE = "sparsetune.json";

  /**
   * The adapter to import, and its base.
   *
   * @param adapter folder that PEFT saved
   * @param base the base model
   * @param output folder of the run to write
   * @param labels of the adapter's outputs, in their order; empty where the adapter or the base
   *     says them
   * @param overrides of its configuration, each {@code key=value}: the task's columns, say
   * @param overwrite whether a run that is already there may be replaced
   */
  public record Request(
      String adapter,
      String base,
      String output,
      List<String> labels,
      List<String> overrides,
      boolean overwrite) {
    public Request {
      labels = List.copyOf(labels);
      overrides = List.copyOf(overrides);
    }
  }

  /**
   * The run that was written.
   *
   * @param output folder of the run
   * @param k parameters of LoRA's factors
   * @param head parameters of the head that the adapter holds
   * @param labels by index; empty for regression
   */
  public record Result(String output, int k, int head, List<String> labels) {
    public Result {
      labels = List.copyOf(labels);
    }
  }

  private final Configuration hadoop;

  public ImportJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Imports.
   *
   * @throws ConfigException where the labels are not known, and for an output folder that is not
   *     free or not apart from what is read
   * @throws DataException for an adapter that is none, is not plain LoRA or does not fit the base
   */
  public Result run(Request request) {
    RunFolder folder =
        RunFolder.toWrite(
            request.output(), request.overwrite() ? Existing.OVERWRITE : Existing.GO_ON, hadoop);
    requireApart(request, request.adapter());
    requireApart(request, request.base());
    HadoopFolder source = HadoopFolder.of(request.adapter(), hadoop);
    BaseModel base = HadoopModels.open(request.base(), hadoop);
    PeftLoraImport adapter = PeftLoraImport.read(source, base);
    boolean regression = adapter.spec().outputs() == 1;
    RunConfig config = config(request, adapter, regression);
    JsonNode exported = exported(source);
    List<String> labels = regression ? List.of() : labels(config, exported, base, adapter);
    LabelLimits.check("the adapter", labels);
    try {
      String weights = Sha256.hex(source.file(PeftLora.WEIGHTS));
      RunIdentity identity = RunIdentity.of(config, base, adapter.spec(), weights);
      requireOwnBase(request, exported, identity.baseFingerprint());
      SparseDelta delta =
          new SparseDelta(
              info(config, identity, adapter, labels), adapter.trained(), adapter.values());
      delta.requireBase(base);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DeltaFile.write(delta, bytes);
      DeltaFile.requireReadable(ByteSource.of(RunFiles.DELTA, bytes.toByteArray()));
      folder.writeFinished(
          manifest(request, config, identity, delta, weights).text(),
          bytes::writeTo,
          RunResult.of(delta, Sha256.hex(bytes.toByteArray()), bytes.size(), Optional.empty())
              .text());
      return new Result(request.output(), delta.info().k(), delta.head(), labels);
    } catch (IOException e) {
      throw Unreadable.because(source.location(), e);
    }
  }

  private void requireApart(Request request, String read) {
    if (HadoopFiles.overlap(request.output(), read, hadoop)) {
      throw new ConfigException(
          "Cannot write a run into %s: it and %s, which is read, must not lie in each other; give another --out"
              .formatted(request.output(), HadoopFiles.shown(read)));
    }
  }

  /**
   * What a training would have been configured as. Its data are not known: the adapter stands for
   * them.
   */
  private static RunConfig config(Request request, PeftLoraImport adapter, boolean regression) {
    Lora lora = (Lora) adapter.spec().equivalent();
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("name", "lora");
    method.put("target_modules", lora.targets());
    method.put("rank", lora.rank());
    method.put("lora_alpha", lora.alpha());
    method.put("lora_dropout", lora.dropout());
    Map<String, Object> sections = new LinkedHashMap<>();
    sections.put("model", Map.of("path", request.base()));
    Map<String, Object> task = new LinkedHashMap<>();
    task.put("type", regression ? "regression" : "classification");
    if (!request.labels().isEmpty()) {
      task.put("labels", request.labels());
    }
    sections.put("task", task);
    sections.put("data", Map.of("train", request.adapter(), "validation", 0));
    sections.put("method", method);
    sections.put("output", request.output());
    ObjectNode json = new ObjectMapper().valueToTree(sections);
    int most = adapter.spec().encoder().maxTokens();
    if (RunConfigParser.parse(json, "import", List.of()).data().maxSeqLength() > most) {
      json.withObject("/data").put("max_seq_length", most);
    }
    RunConfig config = RunConfigParser.parse(json, "import", request.overrides());
    RunConfig unset = RunConfigParser.parse(json, "import", List.of());
    if (config.data().maxSeqLength() > most) {
      throw new ConfigException(
          "Invalid data.max_seq_length: %d, but the base has positions for %d tokens"
              .formatted(config.data().maxSeqLength(), most));
    }
    if (!config.method().equals(unset.method())
        || !config.model().equals(unset.model())
        || !config.output().equals(unset.output())) {
      throw new ConfigException(
          "Cannot set method, model or output of an imported run: the adapter, --base and --out say"
              + " what they are");
    }
    boolean known =
        config.task().type() != TaskType.MULTIPLE_CHOICE
            && (config.task().type() == TaskType.REGRESSION) == regression;
    if (!known) {
      throw new ConfigException(
          "Invalid task.type: the adapter has %d outputs, which is a %s"
              .formatted(
                  adapter.spec().outputs(),
                  regression ? "regression" : "classification (or spans)"));
    }
    return config;
  }

  /** An export of SparseTune says which base it is for. */
  private static void requireOwnBase(Request request, JsonNode exported, String base) {
    String own = exported.path("base_sha256").asText();
    if (!own.isEmpty() && !own.equals(base)) {
      throw new DataException(
          "Cannot import %s: its %s says that it is for the base %s, and the one in %s is %s; give its own as --base"
              .formatted(request.adapter(), PROVENANCE, own, request.base(), base));
    }
  }

  /** As given, as SparseTune's export says, or as the base's configuration does. */
  private static List<String> labels(
      RunConfig config, JsonNode exported, BaseModel base, PeftLoraImport adapter) {
    int outputs = adapter.spec().outputs();
    List<String> given = config.task().labels();
    if (!given.isEmpty()) {
      if (given.size() != outputs) {
        throw new ConfigException(
            "Invalid --labels: there are %d (%s), but the adapter has %d outputs"
                .formatted(given.size(), String.join(", ", given), outputs));
      }
      return given;
    }
    List<String> own = new ArrayList<>();
    exported.path("labels").forEach(label -> own.add(label.asText()));
    if (own.size() == outputs) {
      return usable(own, "the adapter's " + PROVENANCE);
    }
    List<String> known = base.config().labels();
    if (known.size() == outputs) {
      return usable(known, "the base's config.json");
    }
    throw new ConfigException(
        "Cannot name the adapter's %d outputs: PEFT saves no labels, %s the base's config.json has %d; give them with --labels, in the order in which it was trained"
            .formatted(
                outputs,
                exported.has("labels")
                    ? "its %s has %d, and".formatted(PROVENANCE, own.size())
                    : "and",
                known.size()));
  }

  private static List<String> usable(List<String> labels, String source) {
    for (String label : labels) {
      if (label.isEmpty() || Collections.frequency(labels, label) > 1) {
        throw new ConfigException(
            "Cannot name the adapter's outputs by %s: it has %s; give them with --labels, in the order in which it was trained"
                .formatted(
                    source,
                    label.isEmpty() ? "an empty label" : "the label '%s' twice".formatted(label)));
      }
    }
    return labels;
  }

  /** What SparseTune's export says of itself; nothing where the adapter comes from elsewhere. */
  private static JsonNode exported(HadoopFolder source) {
    try {
      return source.contains(PROVENANCE)
          ? StrictJson.readObject(source.file(PROVENANCE), LARGEST)
          : MissingNode.getInstance();
    } catch (IOException e) {
      throw Unreadable.because(source.location(), e);
    }
  }

  private static DeltaInfo info(
      RunConfig config, RunIdentity identity, PeftLoraImport adapter, List<String> labels) {
    long n =
        adapter.spec().layout().tensors().stream()
            .filter(tensor -> tensor.part() == Part.ENCODER || tensor.part() == Part.ADDED)
            .mapToLong(TensorSpec::size)
            .sum();
    return new DeltaInfo(
        adapter.spec(),
        identity.baseFingerprint(),
        identity.headFingerprint(),
        config.method().name(),
        config.method().budget(),
        n,
        adapter.factors(),
        config.task().type(),
        labels,
        config.task().metric(),
        config.training().seed(),
        identity.runId(),
        LibraryVersion.number());
  }

  private RunManifest manifest(
      Request request, RunConfig config, RunIdentity identity, SparseDelta delta, String weights) {
    return RunManifest.of(
        identity.runId(),
        new RunOrigin.Imported(HadoopFiles.qualified(request.adapter(), hadoop), "peft", weights),
        config,
        delta.info().labels(),
        RunBase.of(HadoopFiles.qualified(request.base(), hadoop), identity.baseFingerprint()),
        Environment.here(Map.of("sparsetune", LibraryVersion.number())));
  }
}
