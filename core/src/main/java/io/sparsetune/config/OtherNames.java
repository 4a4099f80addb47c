package io.sparsetune.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** Names that users bring from elsewhere: those that mean the same, and those that do not. */
final class OtherNames {
  private OtherNames() {}

  /** Other names of a key, which mean exactly the same. */
  static final Map<String, String> ALIASES =
      Map.of(
          "method.r", "method.rank",
          "training.epochs", "training.num_train_epochs",
          "training.lr", "training.learning_rate",
          "training.evaluation_strategy", "training.eval_strategy",
          "training.lr_scheduler", "training.lr_scheduler_type");

  /** When to evaluate, in Hugging Face's words; said by eval_steps here. */
  static final String EVAL_STRATEGY = "training.eval_strategy";

  private static final String GLOBAL_BATCH =
      "training.batch_size is the global batch, over all executors, and training.micro_batch_size"
          + " what one thread holds at a time; set those instead";

  private static final String SAVING =
      "training.save_seconds says how often a training's state is saved; set that instead";

  /** Last parts of keys that are refused wherever they stand, and why. */
  private static final Map<String, String> REFUSED = new LinkedHashMap<>();

  static {
    REFUSED.put("per_device_train_batch_size", GLOBAL_BATCH);
    REFUSED.put("gradient_accumulation_steps", GLOBAL_BATCH);
    REFUSED.put("per_device_eval_batch_size", "training.eval_batch_size is what it means here");
    REFUSED.put(
        "bf16", "bf16: true is training.precision: bf16 here, and bf16: false can be left out");
    REFUSED.put("fp16", "training.precision is fp32 or bf16; remove it");
    REFUSED.put("save_steps", SAVING);
    REFUSED.put("save_strategy", SAVING);
    REFUSED.put("save_total_limit", "the last two saved states are kept; remove it");
    REFUSED.put("resume_from_checkpoint", "the same command goes on by itself; remove it");
    REFUSED.put("rounds", "method.rounds says it; set that instead");
    REFUSED.put("round_steps", "method.project_every says it; set that instead");
    REFUSED.put(
        "optimizer_at_mask_change", "method.optimizer_at_mask_change says it; set that instead");
    REFUSED.put(
        "mixed_cpus", "every CPU gives the same bits, so there is nothing to set; remove it");
  }

  /** Why a key is refused; empty where it is merely unknown. */
  static String refusal(String key) {
    return REFUSED.getOrDefault(key.substring(key.lastIndexOf('.') + 1), "");
  }
}
