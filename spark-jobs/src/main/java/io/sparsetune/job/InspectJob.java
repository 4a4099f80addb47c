package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.job.InspectResult.TensorCount;
import io.sparsetune.params.ParameterLayout;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Says what a finished run trained; needs no Spark session. */
public final class InspectJob {
  private static final int LONGEST_RESULT = 1 << 20;

  private InspectJob() {}

  /**
   * @param run folder of a finished run
   * @throws DataException where there is none
   */
  public static InspectResult run(String run, Configuration hadoop) {
    HadoopFolder folder = RunFolder.toRead(run, hadoop);
    ByteSource file = folder.file(RunFiles.DELTA);
    SparseDelta delta = DeltaFile.read(file);
    DeltaInfo info = delta.info();
    JsonNode result = result(folder);
    return new InspectResult(
        run,
        info.method(),
        info.n(),
        info.k(),
        delta.head(),
        (double) info.k() / info.n(),
        (double) delta.trained().size() / (info.n() + delta.head()),
        info.sparsity(),
        info.scope().name().toLowerCase(Locale.ROOT),
        tensors(delta),
        info.taskType().name().toLowerCase(Locale.ROOT),
        info.labels(),
        info.metric().key(),
        scores(result.path("validation")),
        scores(result.path("test")),
        info.baseFingerprint(),
        sha256(file),
        info.runId(),
        info.libraryVersion());
  }

  private static List<TensorCount> tensors(SparseDelta delta) {
    ParameterLayout layout = delta.info().spec().layout();
    List<TensorCount> counts = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (delta.trained().count(t) > 0) {
        counts.add(
            new TensorCount(
                layout.tensor(t).name(), delta.trained().count(t), layout.tensor(t).size()));
      }
    }
    return List.copyOf(counts);
  }

  private static JsonNode result(HadoopFolder folder) {
    try {
      if (folder.contains(RunFiles.RESULT)) {
        return StrictJson.readObject(folder.file(RunFiles.RESULT), LONGEST_RESULT);
      }
    } catch (IOException e) {
      throw new DataException(
          "Cannot read the run " + folder.location() + ": " + e.getMessage(), e);
    }
    throw new DataException(
        "Cannot read the run %s: %s is missing".formatted(folder.location(), RunFiles.RESULT));
  }

  private static Map<String, Double> scores(JsonNode node) {
    Map<String, Double> scores = new TreeMap<>();
    node.properties().stream()
        .filter(entry -> entry.getValue().isNumber())
        .forEach(entry -> scores.put(entry.getKey(), entry.getValue().asDouble()));
    return scores;
  }

  private static String sha256(ByteSource file) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(file.openAt(0), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new DataException("Cannot read " + file.path() + ": " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
