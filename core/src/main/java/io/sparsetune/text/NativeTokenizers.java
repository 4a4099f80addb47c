package io.sparsetune.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

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
    Path folder = null;
    try {
      // Readable by its owner only, as createTempDirectory makes it.
      folder = Files.createTempDirectory("sparsetune-tokenizers-");
      withProperties(
          Map.of("ENGINE_CACHE_DIR", folder.toString()),
          () -> {
            LibUtils.checkStatus();
            return null;
          });
    } catch (Exception | LinkageError e) {
      throw new IllegalStateException(
          "Cannot load the tokenizer library's native part into "
              + (folder == null ? System.getProperty("java.io.tmpdir") : folder)
              + ": "
              + e.getMessage()
              + ". It has to be a folder that can be written and may hold programs; set another"
              + " with -Djava.io.tmpdir=FOLDER",
          e);
    } finally {
      if (folder != null) {
        remove(folder);
      }
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
    Map<String, String> before = new HashMap<>();
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    try {
      wanted.forEach((key, value) -> before.put(key, System.setProperty(key, value)));
      // The library looks for its resources by the context loader, which may not know this jar.
      thread.setContextClassLoader(NativeTokenizers.class.getClassLoader());
      return work.call();
    } finally {
      thread.setContextClassLoader(context);
      before.forEach(NativeTokenizers::restore);
    }
  }

  private static void restore(String key, String value) {
    if (value == null) {
      System.clearProperty(key);
    } else {
      System.setProperty(key, value);
    }
  }

  /** A loaded library stays mapped without its file; where it cannot be removed it goes at exit. */
  private static void remove(Path folder) {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        if (!path.toFile().delete()) {
          path.toFile().deleteOnExit();
        }
      }
    } catch (IOException e) {
      folder.toFile().deleteOnExit();
    }
  }
}
