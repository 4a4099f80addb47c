package io.sparsetune.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax down columns, a vector of columns at a time. The last columns, fewer than a vector, are
 * worked on in a copy.
 */
final class VectorSoftmax {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;

  private float[] edge = new float[0];
  private float[] otherEdge = new float[0];

  void forward(float[] s, int sOffset, int rows, int columns, int ld, float scale) {
    int j = 0;
    for (; j + L <= columns; j += L) {
      forward(s, sOffset + j, rows, ld, scale);
    }
    if (j < columns) {
      need(rows);
      copy(s, sOffset + j, ld, edge, 0, L, rows, columns - j);
      forward(edge, 0, rows, L, scale);
      copy(edge, 0, L, s, sOffset + j, ld, rows, columns - j);
    }
  }

  private static void forward(float[] s, int at, int rows, int ld, float scale) {
    FloatVector max = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    for (int r = 0; r < rows; r++) {
      FloatVector v = FloatVector.fromArray(S, s, at + r * ld);
      max = max.blend(v, v.compare(VectorOperators.GT, max));
    }
    FloatVector sum = FloatVector.zero(S);
    for (int r = 0; r < rows; r++) {
      FloatVector v = FloatVector.fromArray(S, s, at + r * ld);
      v = VectorFunctions.exp(v.sub(max).mul(scale));
      v.intoArray(s, at + r * ld);
      sum = sum.add(v);
    }
    FloatVector share = FloatVector.broadcast(S, 1f).div(sum);
    for (int r = 0; r < rows; r++) {
      FloatVector.fromArray(S, s, at + r * ld).mul(share).intoArray(s, at + r * ld);
    }
  }

  void backward(
      float[] p,
      int pOffset,
      float[] dp,
      int dpOffset,
      int rows,
      int columns,
      int ld,
      float scale) {
    int j = 0;
    for (; j + L <= columns; j += L) {
      backward(p, pOffset + j, ld, dp, dpOffset + j, ld, rows, scale);
    }
    if (j < columns) {
      need(rows);
      copy(p, pOffset + j, ld, edge, 0, L, rows, columns - j);
      copy(dp, dpOffset + j, ld, otherEdge, 0, L, rows, columns - j);
      backward(edge, 0, L, otherEdge, 0, L, rows, scale);
      copy(otherEdge, 0, L, dp, dpOffset + j, ld, rows, columns - j);
    }
  }

  private static void backward(
      float[] p, int at, int ld, float[] dp, int dpAt, int ldd, int rows, float scale) {
    FloatVector sum = FloatVector.zero(S);
    for (int r = 0; r < rows; r++) {
      FloatVector v = FloatVector.fromArray(S, p, at + r * ld);
      sum = v.fma(FloatVector.fromArray(S, dp, dpAt + r * ldd), sum);
    }
    for (int r = 0; r < rows; r++) {
      FloatVector v = FloatVector.fromArray(S, p, at + r * ld);
      FloatVector d = FloatVector.fromArray(S, dp, dpAt + r * ldd);
      d.sub(sum).mul(v).mul(scale).intoArray(dp, dpAt + r * ldd);
    }
  }

  private void need(int rows) {
    if (edge.length < rows * L) {
      edge = new float[rows * L];
      otherEdge = new float[rows * L];
    }
  }

  private static void copy(
      float[] from, int at, int ld, float[] to, int toAt, int toLd, int rows, int columns) {
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        to[toAt + r * toLd + j] = from[at + r * ld + j];
      }
    }
  }
}
