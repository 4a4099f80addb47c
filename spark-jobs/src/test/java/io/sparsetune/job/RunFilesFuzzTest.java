package io.sparsetune.job;

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
       "base":{"path":"file:/m","sha256":"ab","head":{"pooler":"base"}},
       "data":{"sha256":"cd","test":{"sha256":"ef"}},"method_files":{"method.path":"01"}}
      """
          .formatted("0123456789abcdef".repeat(4));
  private static final String RESULT =
      """
      {"n":10,"k":2,"head":3,"metric":"accuracy","validation":{"accuracy":0.5},
       "test":{"accuracy":0.25},"seconds":3.5,"bytes":{"down_per_step":1,"up_per_step":2}}
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
                "down_per_step"),
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
                input -> RunOutcome.read(ByteSource.of("mem/run/result.json", input)))));
  }

  private static void readRun(byte[] input) {
    ByteSource file = ByteSource.of("mem/run/run.json", input);
    boolean isOne = RunRecord.isOne(file);
    RunRecord run = RunRecord.read(file);
    assertThat(isOne).as("what is read as a run is taken for one").isTrue();
    RunInputs inputs = RunInputs.recorded(run.json());
    assertThat(inputs.differences(inputs)).isEmpty();
  }
}
