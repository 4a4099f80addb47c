package io.sparsetune.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.sparsetune.error.ConfigException;
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
    String place = System.getProperty("java.io.tmpdir");
    try (PrivateFolder folder = PrivateFolder.create("sparsetune-tokenizers-")) {
      place = folder.path().toString();
      withProperties(
          Map.of("ENGINE_CACHE_DIR", place),
          () -> {
            LibUtils.checkStatus();
            return null;
          });
    } catch (Exception | LinkageError e) {
      throw new ConfigException(
          "Cannot load the tokenizer library's native part into "
              + place
              + ": "
              + e.getMessage()
              + ". It has to be a folder that can be written and may hold programs; set another"
              + " with -Djava.io.tmpdir=FOLDER",
          e);
    }
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
