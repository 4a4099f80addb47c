package io.sparsetune.text;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program that opens a tokenizer and tokenises texts with it in a process of its own, which the
 * tokenizer library may end. Reads the tokenizer and the texts from standard input.
 */
final class TokenizerProbe {
  /** The first line of its output: what goes wrong after it is the tokenizer's fault. */
  static final String READY = "ready";

  static final int TOO_LARGE = 77;
  static final int TOO_SLOW = 78;

  /** Of a processor's time. */
  static final int SECONDS = 30;

  /** Of all time: other work may keep the processors. */
  static final int MOST_SECONDS = 300;

  static final long BYTES = 4L << 30;

  private static final int LENGTH = 32;
  private static final int PAGE = 4096;

  private TokenizerProbe() {}

  public static void main(String[] arguments) throws IOException {
    NativeTokenizers.ensureLoaded();
    Thread watch = new Thread(TokenizerProbe::watch, "watch");
    watch.setDaemon(true);
    watch.start();
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(System.in))) {
      CheckedTokenizer tokenizer =
          new CheckedTokenizer(in.readNBytes(in.readInt()), "it", Cuts.NOWHERE);
      System.out.println(READY);
      System.out.flush();
      try (TextEncoder encoder = TextEncoder.of(tokenizer, LENGTH)) {
        int texts = in.readInt();
        for (int i = 0; i < texts; i++) {
          tokenise(encoder, new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        }
      }
    } catch (RuntimeException e) {
      // Whoever opens the tokenizer next gets the same one, and has words for it.
      System.out.println(e.getMessage());
    }
  }

  private static void tokenise(TextEncoder encoder, String text) {
    try {
      // Of two long texts the library makes all that it cuts off, each part with each.
      encoder.encode(text, "a");
      encoder.encode(text);
    } catch (RuntimeException e) {
      // A text that the tokenizer refuses is a matter of its row.
      System.out.println(e.getMessage());
    }
  }

  /** Ends the process where the library does not. */
  private static void watch() {
    try {
      ProcessHandle process = ProcessHandle.current();
      for (int tick = 0; tick < MOST_SECONDS * 10; tick++) {
        if (process
            .info()
            .totalCpuDuration()
            .filter(used -> used.toSeconds() >= SECONDS)
            .isPresent()) {
          break;
        }
        if (resident() > BYTES) {
          Runtime.getRuntime().halt(TOO_LARGE);
        }
        Thread.sleep(100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(TOO_SLOW);
  }

  /** Memory of this process in bytes; 0 where the system does not say. */
  private static long resident() {
    try {
      return PAGE * Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
