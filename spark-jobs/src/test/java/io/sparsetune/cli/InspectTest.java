package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.model.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {
  private final BaseModel base = Golden.base("bert");
  private final SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
  @TempDir private Path run;

  @BeforeEach
  void writeRun() throws IOException {
    try (OutputStream out = Files.newOutputStream(run.resolve("delta.safetensors"))) {
      DeltaFile.write(delta, out);
    }
    Files.writeString(
        run.resolve("result.json"), "{\"validation\": {\"accuracy\": 0.75}, \"test\": {}}");
    Files.writeString(run.resolve("_SUCCESS"), "");
  }

  @Test
  void jsonHasTheCountsAndTheHashes() throws Exception {
    Cli inspected = Cli.run("inspect", run.toString(), "--json");
    assertThat(inspected.code()).isZero();
    JsonNode json = new ObjectMapper().readTree(inspected.out());
    assertThat(json.get("method").asText()).isEqualTo("random");
    assertThat(json.get("k").asInt()).isEqualTo(delta.info().k());
    assertThat(json.get("n").asLong()).isEqualTo(delta.info().n());
    assertThat(json.get("head").asInt()).isEqualTo(delta.head());
    assertThat(json.get("sparsity").asDouble())
        .isEqualTo((double) delta.info().k() / delta.info().n());
    assertThat(json.get("base_sha256").asText()).isEqualTo(base.fingerprint());
    assertThat(json.get("delta_sha256").asText())
        .isEqualTo(
            HexFormat.of()
                .formatHex(
                    MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(run.resolve("delta.safetensors")))));
    assertThat(json.get("metric").asText()).isEqualTo("accuracy");
    assertThat(json.get("validation").get("accuracy").asDouble()).isEqualTo(0.75);
    int trained = 0;
    for (JsonNode tensor : json.get("tensors")) {
      trained += tensor.get("trained").asInt();
    }
    assertThat(trained).isEqualTo(delta.trained().size());
  }

  @Test
  void textSaysTheSameForPeople() {
    Cli inspected = Cli.run("inspect", run.toString());
    assertThat(inspected.code()).isZero();
    assertThat(inspected.out())
        .contains(
            "method      random (scope tensor, p = 0.1)",
            String.format(Locale.ROOT, "k = %,d of n = %,d", delta.info().k(), delta.info().n()),
            "validation  accuracy 0.7500",
            "base        sha256 " + base.fingerprint());
  }

  @Test
  void aRunThatDidNotFinishIsRefused() throws IOException {
    Files.delete(run.resolve("_SUCCESS"));
    Cli refused = Cli.run("inspect", run.toString());
    assertThat(refused.code()).isEqualTo(3);
    assertThat(refused.err())
        .startsWith("Error: Cannot read the run " + run + ": it did not finish");
  }
}
