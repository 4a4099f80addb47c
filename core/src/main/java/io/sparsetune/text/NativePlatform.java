package io.sparsetune.text;

/** An operating system and a processor, by the names that a JVM has for them. */
record NativePlatform(String system, String processor) {
  static NativePlatform current() {
    return new NativePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** Whether the application jar has the tokenizer library's native part for it. */
  boolean isSupported() {
    return switch (processor) {
      case "amd64", "x86_64" -> system.startsWith("Linux");
      case "aarch64" -> system.startsWith("Linux") || system.startsWith("Mac");
      default -> false;
    };
  }

  @Override
  public String toString() {
    return system + " on " + processor;
  }
}
