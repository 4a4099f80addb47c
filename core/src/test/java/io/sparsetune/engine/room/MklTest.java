package io.sparsetune.engine.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.engine.EngineProvider;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** BigDL's native binding as BigDL calls it, for floats (vs…) and doubles (vd…). */
class MklTest {
  private static Class<?> mkl;
  private final Random random = new Random(42);

  @BeforeAll
  static void load() throws ClassNotFoundException {
    mkl =
        RoomLoader.open(EngineProvider.class.getClassLoader())
            .loadClass("com.intel.analytics.bigdl.mkl.MKL");
  }

  @Test
  void everyMethodOfTheNativeBindingIsThere() {
    Set<String> wanted = new HashSet<>();
    for (String name :
        List.of(
            "Abs", "Add", "Div", "Exp", "Ln", "Log1p", "Mul", "Powx", "Sqrt", "Sub", "Tanh", "axpy",
            "dot", "gemm", "gemv", "ger", "scal")) {
      wanted.add("vs" + name);
      wanted.add("vd" + name);
    }
    wanted.addAll(
        List.of(
            "setNumThreads",
            "getNumThreads",
            "disableFastMM",
            "setBlockTime",
            "waitPolicy",
            "isMKLLoaded"));
    assertThat(Arrays.stream(mkl.getMethods()).map(Method::getName).collect(Collectors.toSet()))
        .containsAll(wanted);
    assertThat(call("isMKLLoaded")).isEqualTo(true);
    assertThat(call("getNumThreads")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"Add", "Sub", "Mul", "Div"})
  void binaryOperationsGoElementByElement(String name) {
    DoubleBinaryOperator operation =
        switch (name) {
          case "Add" -> Double::sum;
          case "Sub" -> (a, b) -> a - b;
          case "Mul" -> (a, b) -> a * b;
          default -> (a, b) -> a / b;
        };
    float[] a = floats(20);
    float[] b = floats(20);
    float[] y = new float[20];
    call("vs" + name, 15, a, 1, b, 2, y, 3);
    double[] da = doubles(a);
    double[] db = doubles(b);
    double[] dy = new double[20];
    call("vd" + name, 15, da, 1, db, 2, dy, 3);
    for (int i = 0; i < 15; i++) {
      double expected = operation.applyAsDouble(a[1 + i], b[2 + i]);
      assertThat(y[3 + i]).isEqualTo((float) expected);
      assertThat(dy[3 + i]).isEqualTo(expected);
    }
    float[] inPlace = a.clone();
    call("vs" + name, 15, inPlace, 1, b, 2, inPlace, 1);
    assertThat(Arrays.copyOfRange(inPlace, 1, 16)).isEqualTo(Arrays.copyOfRange(y, 3, 18));
  }

  @ParameterizedTest
  @CsvSource({"Ln", "Exp", "Sqrt", "Tanh", "Log1p", "Abs"})
  void unaryOperationsGoElementByElement(String name) {
    DoubleUnaryOperator operation =
        switch (name) {
          case "Ln" -> Math::log;
          case "Exp" -> Math::exp;
          case "Sqrt" -> Math::sqrt;
          case "Tanh" -> Math::tanh;
          case "Log1p" -> Math::log1p;
          default -> Math::abs;
        };
    float[] a = floats(20);
    for (int i = 0; !name.equals("Abs") && i < a.length; i++) {
      a[i] = Math.abs(a[i]) + 0.1f;
    }
    float[] y = new float[20];
    call("vs" + name, 15, a, 1, y, 3);
    double[] dy = new double[20];
    call("vd" + name, 15, doubles(a), 1, dy, 3);
    for (int i = 0; i < 15; i++) {
      double expected = operation.applyAsDouble(a[1 + i]);
      assertThat((double) y[3 + i]).isCloseTo(expected, within(1e-6 * (1 + Math.abs(expected))));
      assertThat(dy[3 + i]).isCloseTo(expected, within(1e-14 * (1 + Math.abs(expected))));
    }
  }

  @Test
  void powers() {
    float[] y = new float[2];
    call("vsPowx", 2, new float[] {3, -2}, 0, 2f, y, 0);
    assertThat(y).containsExactly(9, 4);
    double[] dy = new double[1];
    call("vdPowx", 1, new double[] {4}, 0, 0.5, dy, 0);
    assertThat(dy).containsExactly(2);
  }

  @ParameterizedTest
  @CsvSource({
    "N,N,1,0",
    "N,T,1,0",
    "T,N,1,0",
    "T,T,1,0",
    "n,t,1,1",
    "N,N,1,1",
    "T,N,0.5,0",
    "N,N,2,0.25"
  })
  void productsAreColumnMajor(char transA, char transB, float alpha, float beta) {
    int m = 5;
    int n = 7;
    int k = 4;
    int ld = 9;
    float[] a = floats(100);
    float[] b = floats(100);
    float[] c = floats(100);
    float[] before = c.clone();
    double[] dc = doubles(c);
    call("vsgemm", transA, transB, m, n, k, alpha, a, 1, ld, b, 2, ld, beta, c, 3, ld);
    call(
        "vdgemm",
        transA,
        transB,
        m,
        n,
        k,
        (double) alpha,
        doubles(a),
        1,
        ld,
        doubles(b),
        2,
        ld,
        (double) beta,
        dc,
        3,
        ld);
    for (int j = 0; j < n; j++) {
      for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          double left = a[1 + (transA == 'T' ? i * ld + l : l * ld + i)];
          double right = b[2 + (Character.toUpperCase(transB) == 'T' ? l * ld + j : j * ld + l)];
          sum += left * right;
        }
        double expected = alpha * sum + beta * before[3 + j * ld + i];
        assertThat((double) c[3 + j * ld + i]).isCloseTo(expected, within(1e-5));
        assertThat(dc[3 + j * ld + i]).isCloseTo(expected, within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"N,1,0", "T,1,0", "N,2,0.5", "T,1,1"})
  void matrixTimesVector(char trans, float alpha, float beta) {
    int m = 5;
    int n = 3;
    int ld = 6;
    float[] a = floats(40);
    float[] x = floats(40);
    float[] y = floats(40);
    float[] before = y.clone();
    double[] dy = doubles(y);
    call("vsgemv", trans, m, n, alpha, a, 1, ld, x, 2, 2, beta, y, 3, 3);
    call(
        "vdgemv",
        trans,
        m,
        n,
        (double) alpha,
        doubles(a),
        1,
        ld,
        doubles(x),
        2,
        2,
        (double) beta,
        dy,
        3,
        3);
    for (int i = 0; i < (trans == 'N' ? m : n); i++) {
      double sum = 0;
      for (int l = 0; l < (trans == 'N' ? n : m); l++) {
        sum += a[1 + (trans == 'N' ? l * ld + i : i * ld + l)] * (double) x[2 + 2 * l];
      }
      double expected = alpha * sum + beta * before[3 + 3 * i];
      assertThat((double) y[3 + 3 * i]).isCloseTo(expected, within(1e-5));
      assertThat(dy[3 + 3 * i]).isCloseTo(expected, within(1e-12));
    }
  }

  @Test
  void vectors() {
    float[] y = {1, 9, 2, 9};
    call("vsaxpy", 2, 2f, new float[] {3, 4}, 0, 1, y, 0, 2);
    assertThat(y).containsExactly(7, 9, 10, 9);
    double[] dy = {1, 2};
    call("vdaxpy", 2, 2.0, new double[] {3, 4}, 0, 1, dy, 0, 1);
    assertThat(dy).containsExactly(7, 10);
    assertThat(call("vsdot", 2, new float[] {1, 2}, 0, 1, new float[] {3, 4}, 0, 1)).isEqualTo(11f);
    assertThat(call("vddot", 2, new double[] {1, 2}, 0, 1, new double[] {3, 4}, 0, 1))
        .isEqualTo(11.0);
    float[] a = new float[4];
    call("vsger", 2, 2, 2f, new float[] {1, 2}, 0, 1, new float[] {3, 4}, 0, 1, a, 0, 2);
    assertThat(a).containsExactly(6, 12, 8, 16);
    double[] da = new double[4];
    call("vdger", 2, 2, 2.0, new double[] {1, 2}, 0, 1, new double[] {3, 4}, 0, 1, da, 0, 2);
    assertThat(da).containsExactly(6, 12, 8, 16);
    call("vsscal", 2, 0.5f, a, 0, 2);
    assertThat(a).containsExactly(3, 12, 4, 16);
    call("vdscal", 2, 0.5, da, 0, 1);
    assertThat(da).containsExactly(3, 6, 8, 16);
  }

  private float[] floats(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static Object call(String name, Object... arguments) {
    for (Method method : mkl.getMethods()) {
      if (method.getName().equals(name)) {
        try {
          return method.invoke(null, arguments);
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(name, e);
        }
      }
    }
    throw new AssertionError("No method " + name);
  }
}
