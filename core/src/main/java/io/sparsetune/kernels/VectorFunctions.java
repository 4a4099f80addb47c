package io.sparsetune.kernels;

import static io.sparsetune.kernels.ScalarFunctions.E0;
import static io.sparsetune.kernels.ScalarFunctions.E1;
import static io.sparsetune.kernels.ScalarFunctions.E2;
import static io.sparsetune.kernels.ScalarFunctions.E3;
import static io.sparsetune.kernels.ScalarFunctions.E4;
import static io.sparsetune.kernels.ScalarFunctions.EXP_HIGHEST;
import static io.sparsetune.kernels.ScalarFunctions.EXP_LOWEST;
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
 * {@link ScalarFunctions}, operation by operation, on the lanes of a vector. Callers are loops, and
 * C2 has to inline all that they call, or vectors become objects: hence few and small methods, and
 * no helper for a broadcast.
 */
final class VectorFunctions {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;

  private VectorFunctions() {}

  static FloatVector exp(FloatVector x) {
    FloatVector c = x.blend(EXP_HIGHEST, x.compare(VectorOperators.GT, EXP_HIGHEST));
    c = c.blend(EXP_LOWEST, c.compare(VectorOperators.LT, EXP_LOWEST));
    FloatVector t = c.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUND));
    FloatVector n = t.sub(ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(S, -LN2_HIGH), c);
    r = n.fma(FloatVector.broadcast(S, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(S, E4).fma(r, FloatVector.broadcast(S, E3));
    p = p.fma(r, FloatVector.broadcast(S, E2));
    p = p.fma(r, FloatVector.broadcast(S, E1));
    p = p.fma(r, FloatVector.broadcast(S, E0));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector e = t.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = e.lanewise(VectorOperators.ASHR, 1);
    IntVector rest = e.sub(half);
    half = half.add(127).lanewise(VectorOperators.LSHL, 23);
    rest = rest.add(127).lanewise(VectorOperators.LSHL, 23);
    return p.mul(half.reinterpretAsFloats()).mul(rest.reinterpretAsFloats());
  }

  static FloatVector normalCdf(FloatVector x, FloatVector e) {
    FloatVector u =
        FloatVector.broadcast(S, 1f)
            .div(x.abs().fma(FloatVector.broadcast(S, QUARTER), FloatVector.broadcast(S, 1f)));
    FloatVector q = FloatVector.broadcast(S, U7).fma(u, FloatVector.broadcast(S, U6));
    q = q.fma(u, FloatVector.broadcast(S, U5));
    q = q.fma(u, FloatVector.broadcast(S, U4));
    q = q.fma(u, FloatVector.broadcast(S, U3));
    q = q.fma(u, FloatVector.broadcast(S, U2));
    q = q.fma(u, FloatVector.broadcast(S, U1));
    FloatVector tail = q.mul(u).mul(e);
    return FloatVector.broadcast(S, 1f).sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
  }

  /** tanh near 0. */
  static FloatVector tanhSmall(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector p = FloatVector.broadcast(S, T4).fma(square, FloatVector.broadcast(S, T3));
    p = p.fma(square, FloatVector.broadcast(S, T2));
    p = p.fma(square, FloatVector.broadcast(S, T1));
    p = p.fma(square, FloatVector.broadcast(S, T0));
    return x.mul(square).fma(p, x);
  }
}
