package io.sparsetune.kernels;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;

/**
 * Products of operands rounded to bfloat16, summed in single precision by oneDNN on the
 * instructions that a CPU has for it. The order of additions, and so the last bits, are the CPU's:
 * the same for every number of threads and any neighbours, but not on another kind of CPU. Tokens
 * are filled up with zeros to multiples of 32, so that few kernels are made for all lengths.
 */
public final class Bf16Products implements Products {
  private static final int TOKENS = 32;
  private static final int MOST_TOKENS = 1024;
  private static final int PLANS = 512;

  /** A kernel for one shape, with the memory that it reads and writes. */
  private record Plan(
      matmul kernel, memory a, memory b, memory c, memory scratch, IntMemoryMap arguments) {
    /** Native memory has no part in what makes Java's collector run. */
    void free() {
      arguments.deallocate();
      kernel.deallocate();
      List.of(a, b, c, scratch).forEach(memory::deallocate);
    }
  }

  private record Shape(Form form, int m, int n, int k) {}

  /** Memory that grows. */
  private static final class Block {
    memory memory = OneDnn.allocate(0);
    long bytes;

    boolean grow(long wanted) {
      if (wanted <= bytes) {
        return false;
      }
      long size = Math.max(wanted, bytes + bytes / 2);
      memory.deallocate();
      memory = OneDnn.allocate(size);
      bytes = size;
      return true;
    }
  }

  /** An operand rounded where a kernel can read it. */
  private final class Operand {
    final Block block = new Block();
    NativeHalves halves;

    /** Rows of x, ld apart, each followed by zeros up to {@code width}. */
    memory of(float[] x, int xOffset, int ld, int rows, int columns, int width) {
      if (block.grow(2L * rows * width)) {
        halves = new NativeHalves(block.memory, (int) (block.bytes / 2));
      }
      halves.putRows(kernels, x, xOffset, ld, rows, columns, width);
      return block.memory;
    }
  }

  private final Kernels kernels;
  private final Bf16Weights weights;
  private final stream stream = new stream(OneDnn.CPU);
  private final Operand left = new Operand();
  private final Operand right = new Operand();
  private final Block result = new Block();
  private final Block scratchpad = new Block();
  private final Map<Shape, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
  private FloatBuffer sums;
  private float[] row = {};

  /**
   * @param weights what left operands are looked for in
   * @throws UnsupportedOperationException where {@link #missing} gives a reason
   */
  public Bf16Products(Kernels kernels, Bf16Weights weights) {
    String missing = missing();
    if (!missing.isEmpty()) {
      throw new UnsupportedOperationException(missing);
    }
    this.kernels = kernels;
    this.weights = weights;
  }

  /** Why this JVM cannot have products in bfloat16; empty where it can. */
  public static String missing() {
    return Found.MISSING;
  }

  /** What decides the bits: oneDNN's version, the instructions it uses, and the CPU. */
  public static String name() {
    return "onednn-%s %s on %s".formatted(OneDnn.version(), OneDnn.instructions(), OneDnn.cpu());
  }

  /** Looked for once. */
  private static final class Found {
    static final String MISSING = look();

    private static String look() {
      try {
        return OneDnn.instructions().isEmpty() ? "this CPU has neither AMX nor AVX512-BF16" : "";
      } catch (LinkageError | RuntimeException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
          cause = cause.getCause();
        }
        return "oneDNN, which comes for Linux on x86-64 and needs a folder that can be written and"
            + " may hold programs (-Djava.io.tmpdir=FOLDER), cannot be loaded: "
            + cause;
      }
    }
  }

  @Override
  public void gemm(
      Form form,
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate) {
    FloatBuffer product = multiply(form, m, n, k, a, aOffset, lda, b, bOffset, ldb);
    int width = product.limit() / m;
    need(n);
    for (int i = 0; i < m; i++) {
      int at = cOffset + i * ldc;
      if (accumulate) {
        product.get(i * width, row, 0, n);
        kernels.add(row, 0, c, at, n);
      } else {
        product.get(i * width, c, at, n);
      }
    }
    // The buffer does not hold the memory that it reads.
    Reference.reachabilityFence(this);
  }

  @Override
  public void affine(
      int m,
      int n,
      int k,
      float[] w,
      int wOffset,
      float[] x,
      int xOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset) {
    FloatBuffer product = multiply(Form.NN, m, n, k, w, wOffset, k, x, xOffset, n);
    int width = product.limit() / m;
    for (int i = 0; i < m; i++) {
      int at = yOffset + i * n;
      float b = bias[biasOffset + i];
      product.get(i * width, y, at, n);
      for (int j = at; j < at + n; j++) {
        y[j] += b;
      }
    }
    Reference.reachabilityFence(this);
  }

  private void need(int n) {
    if (row.length < n) {
      row = new float[n];
    }
  }

  /** The product's rows, filled up; valid until the next. */
  private FloatBuffer multiply(
      Form form,
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb) {
    OneDnn.oneThread();
    int columns = form == Form.NT ? n : filled(n);
    if (4L * Math.max((long) m * columns, (long) k * columns) > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid product in bf16: %,d x %,d entries take more than 2 GB; use a smaller training.micro_batch_size and training.eval_batch_size"
              .formatted(Math.max(m, k), columns));
    }
    int terms = form == Form.NT ? filled(k) : k;
    Plan plan = plans.get(new Shape(form, m, columns, terms));
    if (plan == null) {
      plan = plan(new Shape(form, m, columns, terms));
    }
    boolean byTerms = form == Form.NT;
    int rows = form == Form.TN ? k : m;
    int contiguous = form == Form.TN ? m : k;
    memory source =
        weights.are(a) && lda == contiguous && !byTerms
            ? weights.matrix(aOffset, m * k, kernels)
            : left.of(a, aOffset, lda, rows, contiguous, byTerms ? terms : contiguous);
    memory other =
        byTerms ? right.of(b, bOffset, ldb, n, k, terms) : right.of(b, bOffset, ldb, k, n, columns);
    plan.a.set_data_handle(source.get_data_handle());
    plan.b.set_data_handle(other.get_data_handle());
    if (result.grow(4L * m * columns)) {
      sums = OneDnn.bytes(result.memory, result.bytes).asFloatBuffer();
    }
    plan.c.set_data_handle(result.memory.get_data_handle());
    plan.scratch.set_data_handle(scratchpad.memory.get_data_handle());
    plan.kernel.execute(stream, plan.arguments);
    stream._wait();
    return sums.limit(m * columns);
  }

  /** To multiples of 32, above 256 to eighths of the next power of two, at most to 1,024s. */
  private static int filled(int tokens) {
    int eighth = Integer.highestOneBit(Math.max(1, tokens - 1)) / 4;
    int step = Math.min(MOST_TOKENS, Math.max(TOKENS, eighth));
    return (tokens + step - 1) / step * step;
  }

  private Plan plan(Shape shape) {
    if (plans.size() >= PLANS) {
      plans.remove(plans.keySet().iterator().next()).free();
    }
    memory.desc a = matrix(shape.m, shape.k, memory.data_type.bf16, shape.form == Form.TN);
    memory.desc b = matrix(shape.k, shape.n, memory.data_type.bf16, shape.form == Form.NT);
    memory.desc c = matrix(shape.m, shape.n, memory.data_type.f32, false);
    primitive_attr attributes = new primitive_attr();
    // Scratch memory of oneDNN's own would belong to the thread that made the kernel.
    attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
    matmul.primitive_desc description =
        new matmul.primitive_desc(OneDnn.CPU, a, b, c, attributes, false);
    memory.desc scratch = description.scratchpad_desc();
    scratchpad.grow(scratch.get_size());
    Plan plan =
        new Plan(
            new matmul(description),
            new memory(a, OneDnn.CPU, left.block.memory.get_data_handle()),
            new memory(b, OneDnn.CPU, right.block.memory.get_data_handle()),
            new memory(c, OneDnn.CPU, result.memory.get_data_handle()),
            new memory(scratch, OneDnn.CPU, scratchpad.memory.get_data_handle()),
            new IntMemoryMap());
    plan.arguments.put(dnnl.DNNL_ARG_SRC, plan.a);
    plan.arguments.put(dnnl.DNNL_ARG_WEIGHTS, plan.b);
    plan.arguments.put(dnnl.DNNL_ARG_DST, plan.c);
    plan.arguments.put(dnnl.DNNL_ARG_SCRATCHPAD, plan.scratch);
    plans.put(shape, plan);
    return plan;
  }

  private static memory.desc matrix(int rows, int columns, memory.data_type type, boolean turned) {
    return new memory.desc(
        new long[] {rows, columns}, type, turned ? memory.format_tag.ba : memory.format_tag.ab);
  }
}
