package io.sparsetune.run;

import static io.sparsetune.fuzz.FuzzTarget.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.ByteSource;
import io.sparsetune.fuzz.FuzzTarget;
import io.sparsetune.fuzz.Fuzzer;
import io.sparsetune.fuzz.JsonMutation;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The files of a run's folder that its readers trust. */
class RunFilesFuzzTest {
  private static final String RUN =
      """
      {"format_version":1,"run_id":"%s","seed":1,"started":"2026-01-01T00:00:00Z",
       "labels":["no","yes"],"config":{"model":{"path":"m","pooling":"mean"},
       "data":{"train":["t"],"validation":0.1,"max_seq_length":16},
       "task":{"type":"classification","labels":["no","yes"],"metric":"matthews"},
       "method":{"name":"sam","sparsity":0.02},"training":{"max_steps":3},"output":"o"},
       "base":{"path":"file:/m","sha256":"ab","parameters":9,"head_loaded":["pooler"],
       "head_initialised":[],"head":{"pooler":"base"}},
       "data":{"sha256":"cd","train":{"examples":4,"skipped":0,"truncated":1},
       "test":{"examples":2,"skipped":0,"truncated":0,"sha256":"ef"}},
       "method_files":{"method.path":"01"},"versions":{"sparsetune":"1","spark":"4.1"},
       "spark":{"master":"local[2]","application":"a","default_parallelism":2},
       "arithmetic":"vector","driver":{"host":"h","cpu":"c","cores":2,"memory_mb":8,"os":"o",
       "java":"17"},"attempts":[{"started":"2026-01-02T00:00:00Z","from_step":40}]}
      """
          .formatted("0123456789abcdef".repeat(4));
  private static final String RESULT =
      """
      {"method":"sam","metric":"accuracy","validation":{"accuracy":0.5},"test":{"accuracy":0.25},
       "steps":6,"best_step":4,"rounds":[{"step":3,"loss":0.5,"kept":2,"changed":1}],
       "n":10,"k":2,"head":3,"warnings":["few"],"delta_sha256":"ab","delta_bytes":9,
       "bytes":{"down":6,"up":12,"steps":6,"dense_per_step_each_way":40},"seconds":3}
      """;

  @TestFactory
  Stream<DynamicTest> anInputIsAcceptedOrRefusedByName() {
    JsonMutation mutation =
        new JsonMutation(
            List.of(
                "format_version",
                "run_id",
                "seed",
                "config",
                "labels",
                "base",
                "path",
                "sha256",
                "data",
                "train",
                "validation",
                "test",
                "method_files",
                "model",
                "task",
                "method",
                "training",
                "output",
                "type",
                "metric",
                "name",
                "sparsity",
                "max_seq_length",
                "n",
                "k",
                "head",
                "seconds",
                "bytes",
                "steps",
                "rounds",
                "attempts",
                "from_step",
                "started",
                "composed"),
            List.of(
                "\"sam\"",
                "\"file\"",
                "\"lora\"",
                "[\"a\"]",
                "[\"a\",\"a\"]",
                "\"=cmd|'!A0\"",
                "\"regression\"",
                "\"spans\"",
                "1e308",
                "2147483647",
                "9223372036854775807",
                "\"hdfs://user:password@host/x\"",
                "\"te\\u0085xt\"",
                "\"a\\u007f\""));
    return Fuzzer.tests(
        4,
        List.of(
            new FuzzTarget("run.json", "run.json", texts(RUN), mutation, RunFilesFuzzTest::readRun),
            new FuzzTarget(
                "result.json",
                "result.json",
                texts(RESULT),
                mutation,
                input -> RunResult.read(ByteSource.of("mem/run/result.json", input)))));
  }

  private static void readRun(byte[] input) {
    ByteSource file = ByteSource.of("mem/run/run.json", input);
    boolean isOne = RunManifest.isOne(file);
    RunManifest run = RunManifest.read(file);
    assertThat(isOne).as("what is read as a run is taken for one").isTrue();
    RunInputs inputs = run.inputs();
    assertThat(inputs.differences(inputs)).isEmpty();
  }
}
