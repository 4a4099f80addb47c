package io.sparsetune.kernels;

import static io.sparsetune.kernels.ScalarFunctions.DENSITY;
import static io.sparsetune.kernels.ScalarFunctions.G1;
import static io.sparsetune.kernels.ScalarFunctions.G3;
import static io.sparsetune.kernels.ScalarFunctions.G3_TIMES_3;
import static io.sparsetune.kernels.ScalarFunctions.GELU_TANH_END;
import static io.sparsetune.kernels.ScalarFunctions.MINUS_HALF;
import static io.sparsetune.kernels.ScalarFunctions.TANH_SMALL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Element by element, whole vectors only: each method returns how many elements it has done. */
final class VectorActivations {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;

  private VectorActivations() {}

  static int add(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, y, yOffset + i);
      v.add(FloatVector.fromArray(S, x, xOffset + i)).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int gelu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector e = VectorFunctions.exp(v.mul(v).mul(MINUS_HALF));
      v.mul(VectorFunctions.normalCdf(v, e)).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int geluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector e = VectorFunctions.exp(v.mul(v).mul(MINUS_HALF));
      FloatVector slope = v.mul(DENSITY).fma(e, VectorFunctions.normalCdf(v, e));
      FloatVector.fromArray(S, dy, dyOffset + i).mul(slope).intoArray(dx, dxOffset + i);
    }
    return end;
  }

  static int geluTanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector g1 = FloatVector.broadcast(S, G1);
      FloatVector z = v.mul(v.mul(v).fma(FloatVector.broadcast(S, G3), g1));
      FloatVector one = FloatVector.broadcast(S, 1f);
      FloatVector s = one.div(VectorFunctions.exp(z.neg()).add(one));
      v.mul(s).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int geluTanhGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      v = v.blend(GELU_TANH_END, v.compare(VectorOperators.GT, GELU_TANH_END));
      v = v.blend(-GELU_TANH_END, v.compare(VectorOperators.LT, -GELU_TANH_END));
      FloatVector square = v.mul(v);
      FloatVector g1 = FloatVector.broadcast(S, G1);
      FloatVector z = v.mul(square.fma(FloatVector.broadcast(S, G3), g1));
      FloatVector one = FloatVector.broadcast(S, 1f);
      FloatVector s = one.div(VectorFunctions.exp(z.neg()).add(one));
      FloatVector bend = s.mul(one.sub(s));
      FloatVector inner = square.fma(FloatVector.broadcast(S, G3_TIMES_3), g1);
      FloatVector slope = v.mul(bend).fma(inner, s);
      FloatVector.fromArray(S, dy, dyOffset + i).mul(slope).intoArray(dx, dxOffset + i);
    }
    return end;
  }

  static int relu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int reluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector d = FloatVector.fromArray(S, dy, dyOffset + i);
      d.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(dx, dxOffset + i);
    }
    return end;
  }

  static int silu(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector one = FloatVector.broadcast(S, 1f);
      FloatVector s = one.div(VectorFunctions.exp(v.neg()).add(one));
      v.mul(s).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int siluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector one = FloatVector.broadcast(S, 1f);
      FloatVector s = one.div(VectorFunctions.exp(v.neg()).add(one));
      FloatVector slope = s.mul(v.fma(one.sub(s), one));
      FloatVector.fromArray(S, dy, dyOffset + i).mul(slope).intoArray(dx, dxOffset + i);
    }
    return end;
  }

  static int tanh(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xOffset + i);
      FloatVector t = v.abs();
      FloatVector e = VectorFunctions.exp(t.add(t));
      FloatVector one = FloatVector.broadcast(S, 1f);
      FloatVector large = one.sub(FloatVector.broadcast(S, 2f).div(e.add(1f)));
      large = large.blend(large.neg(), v.compare(VectorOperators.LT, 0f));
      FloatVector small = VectorFunctions.tanhSmall(v);
      large.blend(small, t.compare(VectorOperators.LT, TANH_SMALL)).intoArray(y, yOffset + i);
    }
    return end;
  }

  static int exp(float[] x, int xOffset, float[] y, int yOffset, int n) {
    int end = n - n % L;
    for (int i = 0; i < end; i += L) {
      VectorFunctions.exp(FloatVector.fromArray(S, x, xOffset + i)).intoArray(y, yOffset + i);
    }
    return end;
  }
}
