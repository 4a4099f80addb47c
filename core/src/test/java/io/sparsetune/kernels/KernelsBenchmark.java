package io.sparsetune.kernels;

import io.sparsetune.kernels.Products.Form;
import io.sparsetune.sums.GradientSum;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * {@code bin/bench kernels}: what the kernels cost on a micro-batch of MiniLM, 8 examples of 64
 * tokens.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class KernelsBenchmark {
  private static final int TOKENS = 512;
  private static final int HIDDEN = 384;
  private static final int INNER = 1536;
  private static final int LENGTH = 64;
  private static final int HEAD = 32;

  /** As many weights as a model has: none is in the second-level cache when its turn comes. */
  private static final int WEIGHTS = 10_000_000 / (HIDDEN * INNER);

  private final Kernels kernels = Kernels.create();
  private final float[][] weights = new float[WEIGHTS][];
  private final float[] narrow = normal(HIDDEN * TOKENS);
  private final float[] wide = normal(INNER * TOKENS);
  private final float[] wideGradient = normal(INNER * TOKENS);
  private final float[] otherNarrow = new float[HIDDEN * TOKENS];
  private final float[] normalised = new float[HIDDEN * TOKENS];
  private final float[] otherWide = new float[INNER * TOKENS];
  private final float[] probabilities = new float[LENGTH * LENGTH];
  private final float[] vector = normal(INNER);
  private final float[] smallGradients = new float[INNER];
  private final float[] deviations = new float[TOKENS];
  private final int[] positions =
      IntStream.range(0, HIDDEN * INNER / 200).map(i -> i * 200 + i % 200).toArray();
  private final float[] gradients = new float[positions.length];
  private final GradientSum sum = new GradientSum(positions.length);
  private int next;

  private static float[] normal(int size) {
    Random random = new Random(size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** An exact sum has a limit. */
  @Setup(Level.Iteration)
  public void clearSum() {
    sum.clear();
  }

  @Setup
  public void weights() {
    for (int i = 0; i < INNER; i++) {
      smallGradients[i] = vector[i] * 1e-3f;
    }
    for (int i = 0; i < WEIGHTS; i++) {
      weights[i] = normal(HIDDEN * INNER);
    }
  }

  private float[] weight() {
    next = (next + 1) % WEIGHTS;
    return weights[next];
  }

  /** 604 MFLOP. */
  @Benchmark
  public float[] layerUp() {
    kernels.affine(INNER, TOKENS, HIDDEN, weight(), 0, narrow, 0, vector, 0, otherWide, 0);
    return otherWide;
  }

  /** 604 MFLOP. */
  @Benchmark
  public float[] layerDown() {
    kernels.affine(HIDDEN, TOKENS, INNER, weight(), 0, wide, 0, vector, 0, otherNarrow, 0);
    return otherNarrow;
  }

  /** 604 MFLOP. */
  @Benchmark
  public float[] gradientOfLayerUpsInput() {
    product(Form.TN, HIDDEN, TOKENS, INNER, weight(), HIDDEN, wide, TOKENS, otherNarrow);
    return otherNarrow;
  }

  /** 604 MFLOP. */
  @Benchmark
  public float[] gradientOfLayerDownsInput() {
    product(Form.TN, INNER, TOKENS, HIDDEN, weight(), INNER, narrow, TOKENS, otherWide);
    return otherWide;
  }

  /** One head of one example: 262 kFLOP. */
  @Benchmark
  public float[] attentionScores() {
    product(Form.TN, LENGTH, LENGTH, HEAD, narrow, TOKENS, narrow, TOKENS, probabilities);
    return probabilities;
  }

  /** One head of one example: 262 kFLOP. */
  @Benchmark
  public float[] attentionContext() {
    product(Form.NN, HEAD, LENGTH, LENGTH, narrow, TOKENS, wide, LENGTH, otherNarrow);
    return otherNarrow;
  }

  /** One head of one example: 262 kFLOP. */
  @Benchmark
  public float[] attentionValuesGradient() {
    product(Form.NT, HEAD, LENGTH, LENGTH, narrow, TOKENS, wide, LENGTH, otherNarrow);
    return otherNarrow;
  }

  private void product(
      Form form, int m, int n, int k, float[] a, int lda, float[] b, int ldb, float[] c) {
    kernels.gemm(form, m, n, k, a, 0, lda, b, 0, ldb, c, 0, n, false);
  }

  /** p = .005: 3 MFLOP, of the dense gradient's 604. */
  @Benchmark
  public float[] maskedGradient() {
    kernels.maskedDots(
        wide, 0, narrow, 0, TOKENS, HIDDEN, positions, 0, positions.length, gradients, 0);
    return gradients;
  }

  @Benchmark
  public GradientSum exactSum() {
    sum.add(0, smallGradients, 0, smallGradients.length);
    return sum;
  }

  @Benchmark
  public float[] gelu() {
    kernels.gelu(wide, 0, otherWide, 0, wide.length);
    return otherWide;
  }

  @Benchmark
  public float[] geluGradient() {
    kernels.geluGradient(wide, 0, wideGradient, 0, otherWide, 0, wide.length);
    return otherWide;
  }

  @Benchmark
  public float[] dropout() {
    kernels.dropout(narrow, 0, otherNarrow, 0, narrow.length, 7, 0, 6554, 1.1f);
    return otherNarrow;
  }

  @Benchmark
  public float[] layerNorm() {
    kernels.layerNorm(
        narrow,
        0,
        vector,
        0,
        vector,
        0,
        HIDDEN,
        TOKENS,
        1e-12f,
        otherNarrow,
        0,
        normalised,
        0,
        deviations,
        0);
    return otherNarrow;
  }

  @Benchmark
  public float[] softmax() {
    System.arraycopy(narrow, 0, probabilities, 0, probabilities.length);
    kernels.softmaxColumns(probabilities, 0, LENGTH, LENGTH, LENGTH, 0.18f);
    return probabilities;
  }
}
