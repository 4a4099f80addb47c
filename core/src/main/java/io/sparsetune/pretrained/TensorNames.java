package io.sparsetune.pretrained;

import java.util.List;
import java.util.regex.Pattern;

/** From the names in checkpoints to the layout's. */
final class TensorNames {
  private static final List<String> PREFIXES =
      List.of("bert.", "roberta.", "model.", "auto_model.", "0.auto_model.");

  private static final Pattern BUFFER =
      Pattern.compile("embeddings\\.(position_ids|token_type_ids)");

  private static final Pattern ENCODER = Pattern.compile("(embeddings|encoder)\\..*");

  private TensorNames() {}

  /** Without the model's prefix, and with weight and bias for the older gamma and beta. */
  static String canonical(String name) {
    String bare = name;
    for (String prefix : PREFIXES) {
      if (bare.startsWith(prefix)) {
        bare = bare.substring(prefix.length());
        break;
      }
    }
    if (bare.endsWith(".gamma")) {
      return bare.substring(0, bare.length() - "gamma".length()) + "weight";
    }
    if (bare.endsWith(".beta")) {
      return bare.substring(0, bare.length() - "beta".length()) + "bias";
    }
    return bare;
  }

  /** Whether a tensor of that canonical name is the encoder's, and has to be known. */
  static boolean belongsToEncoder(String canonical) {
    return ENCODER.matcher(canonical).matches() && !BUFFER.matcher(canonical).matches();
  }
}
