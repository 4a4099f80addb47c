package io.sparsetune.run;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.RunId;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.task.Labels;
import io.sparsetune.train.TrainingResult;
import io.sparsetune.version.LibraryVersion;
import java.util.List;
import java.util.Optional;

/**
 * The identity of a run, the same wherever it runs.
 *
 * @param runId from {@link RunId}
 * @param baseFingerprint of the base model
 * @param headFingerprint of the head that training starts from
 * @param dataHash of training and validation data
 */
public record RunIdentity(
    String runId, String baseFingerprint, String headFingerprint, String dataHash) {

  /** The identity of a run of a configuration. */
  public static RunIdentity of(RunConfig config, BaseModel base, ModelSpec spec, String dataHash) {
    long seed = config.training().seed();
    String baseFingerprint = base.fingerprint();
    String headFingerprint = base.headFingerprint(spec, seed);
    String runId =
        RunId.of(
            RunConfigWriter.toIdentityJson(pooled(config, base, spec)),
            baseFingerprint,
            headFingerprint,
            dataHash,
            seed,
            LibraryVersion.number());
    return new RunIdentity(runId, baseFingerprint, headFingerprint, dataHash);
  }

  /** A pooling that the model's own files choose is part of what the run is. */
  private static RunConfig pooled(RunConfig config, BaseModel base, ModelSpec spec) {
    return base.sentencePooling().isPresent() ? config.with(spec.pooling()) : config;
  }

  /** The description in the run's delta. */
  public DeltaInfo delta(
      RunConfig config, ModelSpec spec, Optional<Labels> labels, TrainingResult result) {
    boolean whole = SparseDelta.isHeadWhole(spec.layout(), result.trained());
    return new DeltaInfo(
        whole ? spec.with(ClassifierStart.IN_ORDER) : spec,
        baseFingerprint,
        headFingerprint,
        config.method().name(),
        config.method().budget(),
        result.selection().parameters(),
        result.selection().mask().size(),
        config.task().type(),
        labels.map(Labels::names).orElse(List.of()),
        config.task().metric(),
        config.training().seed(),
        runId,
        LibraryVersion.number());
  }
}
