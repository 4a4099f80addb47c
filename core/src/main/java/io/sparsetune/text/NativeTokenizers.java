package io.sparsetune.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.UnsupportedPlatformException;
import io.sparsetune.files.PrivateFolder;
import io.sparsetune.files.TemporaryProperties;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Loads the tokenizer library's native part, once for each process and class loader, out of the jar
 * alone: into a private folder that is removed at once, without the network and without touching
 * the home folder.
 */
final class NativeTokenizers {
  private static final Object LOCK = new Object();
  private static boolean loaded;

  private NativeTokenizers() {}

  static void ensureLoaded() {
    synchronized (LOCK) {
      if (!loaded) {
        load();
        loaded = true;
      }
    }
  }

  private static void load() {
    requireSupported(NativePlatform.current());
    String place = System.getProperty("java.io.tmpdir");
    try (PrivateFolder folder = PrivateFolder.create("sparsetune-tokenizers-")) {
      place = folder.path().toString();
      withProperties(
          // JNA, by which the library looks for GPUs, would use a folder in the home folder.
          Map.of("ENGINE_CACHE_DIR", place, "jna.tmpdir", place),
          () -> {
            LibUtils.checkStatus();
            return null;
          });
    } catch (Exception | LinkageError e) {
      throw new ConfigException(
          "Cannot load the tokenizer library's native part for "
              + NativePlatform.current()
              + " out of "
              + place
              + ": "
              + deepest(e).getMessage()
              + ". It needs the C++ runtime (libstdc++) and, for a moment, a folder that can be"
              + " written and may hold programs; set another with -Djava.io.tmpdir=FOLDER",
          e);
    }
  }

  static void requireSupported(NativePlatform platform) {
    if (!platform.isSupported()) {
      throw new UnsupportedPlatformException(
          "Cannot split text into tokens on "
              + platform
              + ": the tokenizer library comes for Linux (x86-64 or aarch64) and macOS (aarch64)."
              + " Use such a machine; on a Mac with Apple's processor, a JDK for aarch64",
          null);
    }
  }

  private static Throwable deepest(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Runs what would otherwise report to the library's makers that it is in use. */
  static <T> T quietly(Callable<T> work) throws Exception {
    synchronized (LOCK) {
      return withProperties(Map.of(), work);
    }
  }

  private static <T> T withProperties(Map<String, String> more, Callable<T> work) throws Exception {
    Map<String, String> wanted = new HashMap<>(more);
    wanted.put("ai.djl.offline", "true");
    wanted.put("OPT_OUT_TRACKING", "true");
    wanted.put("RUST_FLAVOR", "cpu");
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    try (TemporaryProperties properties = TemporaryProperties.set(wanted)) {
      // The library looks for its resources by the context loader, which may not know this jar.
      thread.setContextClassLoader(NativeTokenizers.class.getClassLoader());
      return work.call();
    } finally {
      thread.setContextClassLoader(context);
    }
  }
}
