package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfigParser;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FinishedRunTest {
  private final MemoryFolder folder = new MemoryFolder("runs/one");
  private SparseDelta delta;

  @BeforeEach
  void write() throws IOException {
    BaseModel base = Golden.base("bert");
    delta = Deltas.random(base, Golden.spec(base), 7);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DeltaFile.write(delta, bytes);
    folder.put(RunFiles.DELTA, bytes.toByteArray());
    folder.put(RunFiles.RUN, manifest(delta.info().labels(), 16).text());
    folder.put(
        RunFiles.RESULT,
        RunResult.of(delta, Sha256.hex(bytes.toByteArray()), bytes.size(), Optional.empty())
            .text());
    folder.put(RunFiles.SUCCESS, "");
  }

  private RunManifest manifest(List<String> labels, int maxSeqLength) {
    return RunManifest.of(
        delta.info().runId(),
        RunOrigin.TRAINED,
        RunConfigParser.parse(
            """
            model: {path: m}
            data: {train: t, max_seq_length: %d}
            training: {max_steps: 3}
            output: o
            """
                .formatted(maxSeqLength),
            "run.yaml",
            List.of()),
        labels,
        RunBase.of("file:/m", delta.info().baseFingerprint()),
        Environment.here(Map.of("sparsetune", "1")));
  }

  @Test
  void aRunIsReadWithItsResult() {
    FinishedRun run = FinishedRun.open(folder);
    assertThat(run.location()).isEqualTo("runs/one");
    assertThat(run.delta().values()).isEqualTo(delta.values());
    assertThat(run.deltaBytes()).isEqualTo(folder.bytes(RunFiles.DELTA).length);
    assertThat(run.result().orElseThrow().k()).isEqualTo(delta.info().k());
    assertThat(run.labels().orElseThrow().names()).isEqualTo(delta.info().labels());
    assertThat(run.provenance())
        .containsExactly(
            Map.entry("sparsetune", delta.info().libraryVersion()),
            Map.entry("run_id", delta.info().runId()),
            Map.entry("base_sha256", delta.info().baseFingerprint()));
    folder.remove(RunFiles.RESULT);
    assertThat(FinishedRun.open(folder).result()).isEmpty();
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    assertThatThrownBy(() -> FinishedRun.open(new MemoryFolder("nowhere")))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read the run nowhere: there is no such folder");
    byte[] written = folder.bytes(RunFiles.DELTA);
    folder.remove(RunFiles.DELTA);
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .hasMessage("Cannot read the run runs/one: delta.safetensors is missing");
    folder.put(RunFiles.DELTA, written).remove(RunFiles.SUCCESS);
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .hasMessage("Cannot read the run runs/one: it did not finish (_SUCCESS is missing)");
    folder.remove(RunFiles.RUN);
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .hasMessage("Cannot read the run runs/one: it is not a run (run.json is missing)");
  }

  @Test
  void aManifestOfAnotherRunIsRefused() {
    folder.put(RunFiles.RUN, manifest(List.of("x", "y"), 16).text());
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read runs/one/run.json: its labels is [\"x\",\"y\"]; expected those of the"
                + " delta");
    folder.put(RunFiles.RUN, manifest(delta.info().labels(), 100_000).text());
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .hasMessageContaining("its data.max_seq_length is 100000; expected at most ");
  }

  @Test
  void aDeltaOrAResultThatHasChangedIsRefused() {
    String written = folder.text(RunFiles.RESULT);
    folder.put(
        RunFiles.RESULT,
        written.replaceFirst("\"delta_sha256\" : \"..", "\"delta_sha256\" : \"zz"));
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read runs/one/delta.safetensors: it is not what the training wrote: its"
                + " SHA-256 is not the one in result.json");
    folder.put(RunFiles.RESULT, "{}");
    assertThatThrownBy(() -> FinishedRun.open(folder))
        .hasMessage("Cannot read runs/one/result.json: its method is missing; expected a text");
  }
}
