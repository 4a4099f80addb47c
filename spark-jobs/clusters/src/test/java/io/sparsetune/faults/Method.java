package io.sparsetune.faults;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A method, with settings that keep its training short: 18 to 36 steps of the toy run. */
enum Method {
  RANDOM("random"),
  BITFIT("bitfit", "method.sparsity=null"),
  MAGNITUDE("magnitude"),
  MAGNITUDE_FU_CODE("magnitude", "method.variant=fu-code", "method.burn_in=8"),
  SAM("sam", "method.score_steps=8"),
  FISHER("fisher", "method.samples=80"),
  CHILD("child", "method.rounds=2", "method.project_every=6 steps", "method.workers=2"),
  CHILD_MOMENTUM(
      "child",
      "method.rounds=3",
      "method.project_every=4 steps",
      "method.workers=2",
      "method.momentum=0.3"),
  MIXOUT("mixout", "method.rounds=2", "method.project_every=6 steps"),
  MIXOUT_LEE("mixout", "method.variant=lee", "method.sparsity=null"),
  LOTTERY_TICKET("lottery_ticket", "method.iterations=2", "method.dense_phase=6 steps"),
  DIFF("diff", "training.max_steps=10", "method.finetune_epochs=1"),
  CHILD_F("child_f", "method.sparsity=null"),
  FILE("file", "method.sparsity=null"),
  LORA("lora", "method.sparsity=null", "method.rank=4"),
  ADAPTER("adapter", "method.sparsity=null", "method.size=4"),
  FULL("full", "method.sparsity=null");

  static final int EVAL_STEPS = 6;

  private static final Set<Method> SCORED = EnumSet.of(SAM, FISHER);
  private static final Set<Method> IN_ROUNDS =
      EnumSet.of(MAGNITUDE_FU_CODE, CHILD, CHILD_MOMENTUM, MIXOUT, LOTTERY_TICKET, DIFF);
  private static final Set<Method> WHOLE = EnumSet.of(FULL, CHILD_F, MIXOUT_LEE);

  private final List<String> settings;

  Method(String name, String... settings) {
    List<String> all = new ArrayList<>();
    all.add("method.name=" + name);
    all.add("training.max_steps=24");
    all.add("training.eval_steps=" + EVAL_STEPS);
    all.add("training.logging_steps=2");
    all.add("method.score_steps=null");
    all.addAll(List.of(settings));
    this.settings = List.copyOf(all);
  }

  /** Settings of the configuration, each {@code key=value}, later ones over earlier ones. */
  List<String> settings() {
    return settings;
  }

  /** Whether everything is trained, so that states are saved between steps and not aside. */
  boolean trainsEverything() {
    return WHOLE.contains(this);
  }

  /** Whether its mask is another run's: that of {@link #RANDOM}. */
  boolean needsMaskFile() {
    return this == FILE;
  }

  boolean hasRounds() {
    return IN_ROUNDS.contains(this);
  }

  /** Phases that its training goes through. */
  List<Phase> phases() {
    Set<Phase> phases = EnumSet.of(Phase.STEP, Phase.EVALUATION, Phase.RESULT);
    if (SCORED.contains(this)) {
      phases.add(Phase.SCORE_ROUND);
    }
    if (hasRounds()) {
      phases.add(Phase.DENSE_ROUND);
    }
    return List.copyOf(phases);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
