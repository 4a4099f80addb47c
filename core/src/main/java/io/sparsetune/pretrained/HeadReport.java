package io.sparsetune.pretrained;

import io.sparsetune.error.Counted;
import io.sparsetune.error.Shown;
import io.sparsetune.model.ClassifierStart.Drawn;
import io.sparsetune.model.ClassifierStart.Permuted;
import io.sparsetune.model.ModelSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says in words where each module of a model's head starts from. */
final class HeadReport {
  static final String FROM_THE_BASE = "from the base";
  private static final String DENSE = ".dense";

  private final WeightImport weights;
  private final ModelSpec spec;
  private final List<String> baseLabels;

  HeadReport(WeightImport weights, ModelSpec spec, List<String> baseLabels) {
    this.weights = weights;
    this.spec = spec;
    this.baseLabels = baseLabels;
  }

  /**
   * By the modules' names.
   *
   * @param labels names of the outputs; empty where they have none
   */
  Map<String, String> origins(List<String> labels) {
    HeadOrigin origin = weights.headOrigin(spec);
    Map<String, String> origins = new LinkedHashMap<>();
    origin.loaded().forEach(module -> origins.put(name(module), loaded(module)));
    origin.initialised().forEach(module -> origins.put(name(module), drawn(module, labels)));
    return origins;
  }

  private static String name(String module) {
    return module.equals("pooler" + DENSE) ? "pooler" : module;
  }

  private String loaded(String module) {
    return module.equals(spec.classifier()) && spec.classifierStart() instanceof Permuted
        ? "from the base, its rows (%s) put into the order of the labels"
            .formatted(Shown.list(baseLabels))
        : FROM_THE_BASE;
  }

  private String drawn(String module, List<String> labels) {
    if (module.equals(spec.classifier())) {
      int columns = spec.encoder().hiddenSize();
      int rows = weights.rows(module, columns);
      if (rows > 0 && !(spec.classifierStart() instanceof Drawn)) {
        return "drawn anew (the base's has %s, this task needs %,d)"
            .formatted(Counted.of(rows, "row"), spec.outputs() / spec.sequences());
      }
      if (rows > 0) {
        return "drawn anew (the rows of the base's are %s; the labels are %s)"
            .formatted(
                baseLabels.isEmpty()
                    ? "not named by id2label in its config.json"
                    : Shown.list(baseLabels),
                Shown.list(labels));
      }
    }
    return "drawn anew (the base has none)";
  }
}
