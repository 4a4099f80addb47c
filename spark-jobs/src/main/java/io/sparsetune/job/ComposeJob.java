package io.sparsetune.job;

import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Composition;
import io.sparsetune.compose.Rule;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.RunId;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.version.LibraryVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Makes one run of several of the same base. Needs no Spark session. */
public final class ComposeJob {
  /**
   * The runs to compose, and how.
   *
   * @param runs folders of finished runs, two at least
   * @param output folder to write a run into
   * @param density share of each run's increments that TIES keeps, in (0, 1]
   * @param head which of the runs' heads the result has; empty: they have the same
   * @param model where the base is now; empty: where the first run recorded it
   * @param overwrite whether a run that is already there may be replaced
   */
  public record Request(
      List<String> runs,
      String output,
      Rule rule,
      double density,
      Optional<String> head,
      Optional<String> model,
      boolean overwrite) {
    public Request {
      runs = List.copyOf(runs);
    }
  }

  /**
   * @param output the run's folder
   * @param k size of its mask
   * @param runIds of the runs composed, in the order they were given
   * @param report how they agree
   * @param warnings for the user
   */
  public record Result(
      String output, int k, List<String> runIds, ComposeReport report, List<String> warnings) {
    public Result {
      warnings = List.copyOf(warnings);
      runIds = List.copyOf(runIds);
    }
  }

  private final Configuration hadoop;

  public ComposeJob(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * Composes.
   *
   * @throws ConfigException where the runs do not fit together, or the output folder is not free or
   *     not apart from them
   * @throws DataException where a run did not finish, or the base is not theirs
   */
  public Result run(Request request) {
    List<FinishedRun> runs = request.runs().stream().map(path -> Runs.open(path, hadoop)).toList();
    List<SparseDelta> deltas = runs.stream().map(FinishedRun::delta).toList();
    requireOneBase(request.runs(), deltas);
    requireDistinct(request.runs(), deltas);
    ComposedHead heads = new ComposedHead(request.runs(), deltas);
    int index = heads.index(request.head());
    FinishedRun head = runs.get(index);
    String basePath = Runs.basePath(runs.get(0), request.model(), hadoop);
    RunFolder folder =
        RunFolder.toWrite(
            request.output(), request.overwrite() ? Existing.OVERWRITE : Existing.GO_ON, hadoop);
    requireApart(request, basePath);
    BaseModel base = HadoopModels.open(basePath, hadoop);
    deltas.forEach(delta -> delta.requireBase(base));
    Composition composed =
        Composition.of(base, deltas, request.rule(), request.density(), head.delta());
    SparseDelta delta =
        new SparseDelta(
            info(request, deltas, head.delta(), composed), composed.trained(), composed.values());
    byte[] bytes = bytes(delta);
    ComposedFiles files = new ComposedFiles(request, runs, index, delta, composed.report());
    DeltaFile.requireReadable(ByteSource.of(RunFiles.DELTA, bytes));
    folder.writeFinished(
        files.manifest(HadoopFiles.qualified(basePath, hadoop)).text(),
        out -> out.write(bytes),
        files.result(Sha256.hex(bytes), bytes.length).text());
    return new Result(
        request.output(),
        delta.info().k(),
        deltas.stream().map(one -> one.info().runId()).toList(),
        composed.report(),
        heads.warning(index).stream().toList());
  }

  /** A run that is there twice would be added twice. */
  private static void requireDistinct(List<String> paths, List<SparseDelta> deltas) {
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < deltas.size(); i++) {
      int before = seen.indexOf(deltas.get(i).info().runId());
      if (before >= 0) {
        throw new ConfigException(
            "Cannot compose %s and %s: they are the same run, %s, and it would count twice; give each run once"
                .formatted(paths.get(before), paths.get(i), seen.get(before)));
      }
      seen.add(deltas.get(i).info().runId());
    }
  }

  private static void requireOneBase(List<String> paths, List<SparseDelta> deltas) {
    SparseDelta first = deltas.get(0);
    for (int i = 0; i < deltas.size(); i++) {
      if (!deltas.get(i).info().spec().equivalent().equals(EquivalentModel.BASE)) {
        throw new ConfigException(
            "Cannot compose %s: method %s trains tensors beside the base's, and the sum of two such runs' factors is not the sum of what they do; compose runs of masks over the base"
                .formatted(paths.get(i), deltas.get(i).info().method()));
      }
    }
    for (int i = 1; i < deltas.size(); i++) {
      SparseDelta other = deltas.get(i);
      if (!other.info().baseFingerprint().equals(first.info().baseFingerprint())) {
        throw new ConfigException(
            "Cannot compose deltas of different bases: %s was trained on the base model %s, %s on %s; compose runs of one base"
                .formatted(
                    paths.get(0),
                    first.info().baseFingerprint(),
                    paths.get(i),
                    other.info().baseFingerprint()));
      }
      if (!body(other).equals(body(first))) {
        throw new ConfigException(
            "Cannot compose %s and %s: their models do not have the same tensors; compose runs of one base"
                .formatted(paths.get(0), paths.get(i)));
      }
    }
  }

  private static List<String> body(SparseDelta delta) {
    return delta.layout().tensors().stream()
        .filter(tensor -> tensor.part() != Part.HEAD)
        .map(tensor -> tensor.name() + tensor.shape())
        .toList();
  }

  private void requireApart(Request request, String basePath) {
    List<String> read = new ArrayList<>(request.runs());
    read.add(basePath);
    for (String path : read) {
      if (HadoopFiles.overlap(request.output(), path, hadoop)) {
        throw new ConfigException(
            "Cannot write a run into %s: it and %s, which is read, must not lie in each other; give another --out"
                .formatted(request.output(), HadoopFiles.shown(path)));
      }
    }
  }

  private static DeltaInfo info(
      Request request, List<SparseDelta> deltas, SparseDelta head, Composition composed) {
    DeltaInfo like = head.info();
    int k = composed.trained().size() - head.head();
    return new DeltaInfo(
        like.spec(),
        like.baseFingerprint(),
        like.headFingerprint(),
        "compose",
        Optional.empty(),
        parameters(deltas, like.spec().layout(), composed.trained()),
        k,
        like.taskType(),
        like.labels(),
        like.metric(),
        like.seed(),
        runId(request, deltas, head),
        LibraryVersion.number());
  }

  /** What k is a share of: no fewer than any of the runs' masks ranged over. */
  private static long parameters(List<SparseDelta> deltas, ParameterLayout layout, Mask composed) {
    long touched = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      boolean counted = layout.tensor(t).part() != Part.HEAD && composed.count(t) > 0;
      touched += counted ? layout.tensor(t).size() : 0;
    }
    long widest = deltas.stream().mapToLong(delta -> delta.info().n()).max().orElseThrow();
    return Math.max(widest, touched);
  }

  private static String runId(Request request, List<SparseDelta> deltas, SparseDelta head) {
    String runs =
        String.join(",", deltas.stream().map(delta -> delta.info().runId()).sorted().toList());
    return RunId.of(
        "compose %s %s %s".formatted(KeyName.of(request.rule()), request.density(), runs),
        head.info().baseFingerprint(),
        head.info().headFingerprint(),
        head.info().runId(),
        head.info().seed(),
        LibraryVersion.number());
  }

  private static byte[] bytes(SparseDelta delta) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      DeltaFile.write(delta, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
