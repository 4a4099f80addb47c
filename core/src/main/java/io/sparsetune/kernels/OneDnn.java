package io.sparsetune.kernels;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.sparsetune.files.PrivateFolder;
import io.sparsetune.files.TemporaryProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * oneDNN, loaded once for each class loader, and what this CPU has for it. Only products in
 * bfloat16 need it.
 */
final class OneDnn {
  /** Kept by everything that points into it. */
  static final engine CPU;

  private static final Function SET_THREADS;

  static {
    try (PrivateFolder folder = PrivateFolder.create("sparsetune-onednn-");
        TemporaryProperties properties =
            TemporaryProperties.set(
                Map.of(
                    "org.bytedeco.javacpp.cachedir", folder.path().toString(),
                    "jna.tmpdir", folder.path().toString()))) {
      // Found by the way of its dependencies, so in the OpenMP that oneDNN itself uses.
      SET_THREADS =
          NativeLibrary.getInstance(Loader.load(dnnl.class)).getFunction("omp_set_num_threads");
      initialise();
      CPU = new engine(engine.kind.cpu, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private OneDnn() {}

  /**
   * A class of JavaCPP looks for its library's file when it is first used, and then that has to be
   * there.
   */
  private static void initialise() {
    for (Class<?> each :
        List.of(
            BytePointer.class,
            engine.class,
            IntMemoryMap.class,
            matmul.class,
            matmul.primitive_desc.class,
            memory.class,
            memory.desc.class,
            primitive_attr.class,
            stream.class)) {
      try {
        Class.forName(each.getName(), true, each.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The instructions that products in bfloat16 use here; empty where the CPU has none for them. */
  static String instructions() {
    int isa = dnnl.dnnl_get_effective_cpu_isa();
    if (has(isa, dnnl.dnnl_cpu_isa_avx512_core_amx)) {
      return "amx";
    }
    return has(isa, dnnl.dnnl_cpu_isa_avx512_core_bf16) ? "avx512_bf16" : "";
  }

  private static boolean has(int isa, int wanted) {
    return (isa & wanted) == wanted;
  }

  static String version() {
    return "%d.%d.%d"
        .formatted(dnnl.DNNL_VERSION_MAJOR, dnnl.DNNL_VERSION_MINOR, dnnl.DNNL_VERSION_PATCH);
  }

  /** Maker, family and model of the CPU, as Linux numbers them. */
  static String cpu() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .takeWhile(line -> !line.isBlank())
          .filter(line -> line.matches("(vendor_id|cpu family|model)\\s*:.*"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .collect(Collectors.joining("-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the calling thread makes or runs from now on, it does without helpers. */
  static void oneThread() {
    SET_THREADS.invokeVoid(new Object[] {1});
  }

  /** Memory outside the Java heap, aligned to 64 bytes; freed when nothing refers to it. */
  static memory allocate(long bytes) {
    return new memory(
        new memory.desc(new long[] {Math.max(bytes, 64)}, memory.data_type.u8, memory.format_tag.a),
        CPU);
  }

  /** All of a memory's bytes; it must be kept as long as they are used. */
  static ByteBuffer bytes(memory memory, long size) {
    Pointer start = memory.get_data_handle();
    return new BytePointer(start).capacity(size).asByteBuffer().order(ByteOrder.nativeOrder());
  }
}
