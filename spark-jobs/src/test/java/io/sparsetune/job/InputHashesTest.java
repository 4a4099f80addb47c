package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UserException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputHashesTest {
  private final List<String> tried = new ArrayList<>();

  private static RunConfig config(String data, String method) {
    return RunConfigParser.parse(
        "{model: {path: m}, data: {train: %s}, method: {name: %s}, output: o, training: {learning_rate: 1e-4}}"
            .formatted(data, method),
        "test",
        List.of());
  }

  private void fails(InputHashes inputs, RunConfig config, UserException why) {
    assertThatThrownBy(
            () ->
                inputs.of(
                    config,
                    written -> written,
                    any -> {
                      tried.add(config.data().train().get(0) + " " + config.method().name());
                      throw why;
                    }))
        .isSameAs(why);
  }

  @Test
  void whatCannotBeReadIsTriedOnce() {
    InputHashes inputs = new InputHashes();
    DataException gone = new DataException("gone");
    fails(inputs, config("a", "bitfit"), gone);
    fails(inputs, config("a", "random"), gone);
    fails(inputs, config("b", "random"), gone);
    assertThat(tried).containsExactly("a bitfit", "b random");
  }

  @Test
  void whatDoesNotFitOneMethodMayFitTheNext() {
    InputHashes inputs = new InputHashes();
    fails(inputs, config("a", "lora"), new ConfigException("no such module"));
    fails(inputs, config("a", "bitfit"), new DataException("gone"));
    assertThat(tried).containsExactly("a lora", "a bitfit");
  }
}
