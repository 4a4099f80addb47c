package io.sparsetune.method;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.keys.Key;
import io.sparsetune.method.adapter.Adapter;
import io.sparsetune.method.bitfit.BitFit;
import io.sparsetune.method.child.ChildPruning;
import io.sparsetune.method.childf.ChildF;
import io.sparsetune.method.diff.Diff;
import io.sparsetune.method.file.FileMask;
import io.sparsetune.method.fisher.Fisher;
import io.sparsetune.method.full.Full;
import io.sparsetune.method.lora.Lora;
import io.sparsetune.method.lotteryticket.LotteryTicket;
import io.sparsetune.method.magnitude.Magnitude;
import io.sparsetune.method.mixout.Mixout;
import io.sparsetune.method.random.RandomMask;
import io.sparsetune.method.sam.Sam;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The methods that this version has. */
public final class Methods {
  private static final List<MaskMethod> ALL =
      List.of(
          new Full(),
          new RandomMask(),
          new BitFit(),
          new Magnitude(),
          new Sam(),
          new Fisher(),
          new ChildPruning(),
          new Mixout(),
          new LotteryTicket(),
          new Diff(),
          new ChildF(),
          new FileMask(),
          new Lora(),
          new Adapter());

  private Methods() {}

  /** The methods' own keys, each once. */
  public static List<Key<?>> keys() {
    Map<String, Key<?>> keys = new LinkedHashMap<>();
    ALL.forEach(method -> method.keys().forEach(key -> keys.put(key.name(), key)));
    return List.copyOf(keys.values());
  }

  public static List<String> names() {
    return ALL.stream().map(MaskMethod::name).toList();
  }

  /**
   * @throws ConfigException for an unknown name
   */
  public static MaskMethod named(String name) {
    return ALL.stream()
        .filter(method -> method.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "Invalid method.name: '%s' is not one of %s.%s"
                        .formatted(
                            name, String.join(", ", names()), NearestName.hint(name, names()))));
  }

  /**
   * Tensors that are trained whole beside the mask: the head's, unless they are in the budget.
   *
   * @return indices in the layout
   */
  public static List<Integer> headTensors(ParameterLayout layout, MethodConfig method) {
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() == Part.HEAD && !method.range().head())
        .boxed()
        .toList();
  }
}
