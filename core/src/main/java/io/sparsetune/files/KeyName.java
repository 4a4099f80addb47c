package io.sparsetune.files;

import java.util.Locale;

/** An enum's constant as files, configurations and messages write it: in lower case. */
public final class KeyName {
  private KeyName() {}

  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
