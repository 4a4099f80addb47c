package io.sparsetune.kernels;

import static io.sparsetune.kernels.ScalarFunctions.E0;
import static io.sparsetune.kernels.ScalarFunctions.E1;
import static io.sparsetune.kernels.ScalarFunctions.E2;
import static io.sparsetune.kernels.ScalarFunctions.E3;
import static io.sparsetune.kernels.ScalarFunctions.E4;
import static io.sparsetune.kernels.ScalarFunctions.EXP_HIGHEST;
import static io.sparsetune.kernels.ScalarFunctions.EXP_LOWEST;
import static io.sparsetune.kernels.ScalarFunctions.G1;
import static io.sparsetune.kernels.ScalarFunctions.G3;
import static io.sparsetune.kernels.ScalarFunctions.LN2_HIGH;
import static io.sparsetune.kernels.ScalarFunctions.LN2_LOW;
import static io.sparsetune.kernels.ScalarFunctions.LOG2_E;
import static io.sparsetune.kernels.ScalarFunctions.QUARTER;
import static io.sparsetune.kernels.ScalarFunctions.ROUND;
import static io.sparsetune.kernels.ScalarFunctions.ROUND_BITS;
import static io.sparsetune.kernels.ScalarFunctions.T0;
import static io.sparsetune.kernels.ScalarFunctions.T1;
import static io.sparsetune.kernels.ScalarFunctions.T2;
import static io.sparsetune.kernels.ScalarFunctions.T3;
import static io.sparsetune.kernels.ScalarFunctions.T4;
import static io.sparsetune.kernels.ScalarFunctions.U1;
import static io.sparsetune.kernels.ScalarFunctions.U2;
import static io.sparsetune.kernels.ScalarFunctions.U3;
import static io.sparsetune.kernels.ScalarFunctions.U4;
import static io.sparsetune.kernels.ScalarFunctions.U5;
import static io.sparsetune.kernels.ScalarFunctions.U6;
import static io.sparsetune.kernels.ScalarFunctions.U7;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScalarFunctions}, operation by operation, on the lanes of a vector. Each is small, and
 * callers are loops: C2 has to inline them, or every vector becomes an object.
 */
final class VectorFunctions {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;

  private VectorFunctions() {}

  private static FloatVector all(float value) {
    return FloatVector.broadcast(S, value);
  }

  static FloatVector exp(FloatVector x) {
    FloatVector c = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
    c = c.blend(EXP_LOWEST, c.compare(VectorOperators.LT, EXP_LOWEST));
    FloatVector t = c.fma(all(LOG2_E), all(ROUND));
    FloatVector n = t.sub(ROUND);
    FloatVector r = n.fma(all(-LN2_HIGH), c);
    r = n.fma(all(-LN2_LOW), r);
    FloatVector p = all(E4).fma(r, all(E3));
    p = p.fma(r, all(E2));
    p = p.fma(r, all(E1));
    p = p.fma(r, all(E0));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = e.lanewise(VectorOperators.ASHR, 1);
    return p.mul(power(half)).mul(power(e.sub(half)));
  }

  private static FloatVector power(IntVector e) {
    return e.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  static FloatVector normalCdf(FloatVector x, FloatVector e) {
    FloatVector u = all(1f).div(x.abs().fma(all(QUARTER), all(1f)));
    FloatVector q = all(U7).fma(u, all(U6));
    q = q.fma(u, all(U5));
    q = q.fma(u, all(U4));
    q = q.fma(u, all(U3));
    q = q.fma(u, all(U2));
    q = q.fma(u, all(U1));
    FloatVector tail = q.mul(u).mul(e);
    return all(1f).sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
  }

  /** What σ is taken of in GELU's approximation. */
  static FloatVector geluTanhArgument(FloatVector x, FloatVector square) {
    return x.mul(square.fma(all(G3), all(G1)));
  }

  /** σ(x), given e = e^(−x). */
  static FloatVector sigmoid(FloatVector e) {
    return all(1f).div(e.add(1f));
  }

  /** tanh near 0. */
  static FloatVector tanhSmall(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector p = all(T4).fma(square, all(T3));
    p = p.fma(square, all(T2));
    p = p.fma(square, all(T1));
    p = p.fma(square, all(T0));
    return x.mul(square).fma(p, x);
  }
}
