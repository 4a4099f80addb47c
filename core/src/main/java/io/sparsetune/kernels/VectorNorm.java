package io.sparsetune.kernels;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * LayerNorm along rows of tokens, {@link #TOKENS} at a time, so that what the first pass read is
 * still in the second-level cache for the last.
 */
final class VectorNorm {
  private static final VectorSpecies<Float> S = VectorLanes.FLOATS;
  private static final int L = VectorLanes.COUNT;
  private static final int TOKENS = 128;

  private final float[] first = new float[TOKENS];
  private final float[] second = new float[TOKENS];

  void forward(
      float[] x,
      int xOffset,
      float[] gamma,
      int gammaOffset,
      float[] beta,
      int betaOffset,
      int features,
      int tokens,
      float eps,
      float[] y,
      int yOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset) {
    float[] mean = first;
    float[] variance = second;
    float share = 1f / features;
    for (int at = 0; at < tokens; at += TOKENS) {
      int width = Math.min(TOKENS, tokens - at);
      Arrays.fill(mean, 0, width, 0f);
      Arrays.fill(variance, 0, width, 0f);
      for (int f = 0; f < features; f++) {
        addRow(x, xOffset + f * tokens + at, mean, width);
      }
      for (int t = 0; t < width; t++) {
        mean[t] *= share;
      }
      for (int f = 0; f < features; f++) {
        addSquares(x, xOffset + f * tokens + at, mean, variance, width);
      }
      int std = invStdOffset + at;
      for (int t = 0; t < width; t++) {
        invStd[std + t] = 1f / (float) Math.sqrt(Math.fma(variance[t], share, eps));
      }
      for (int f = 0; f < features; f++) {
        float g = gamma[gammaOffset + f];
        float b = beta[betaOffset + f];
        int row = f * tokens + at;
        normalise(
            x,
            xOffset + row,
            mean,
            invStd,
            std,
            g,
            b,
            y,
            yOffset + row,
            xhat,
            xhatOffset + row,
            width);
      }
    }
  }

  private static void addRow(float[] x, int at, float[] sum, int width) {
    int t = 0;
    for (; t + L <= width; t += L) {
      FloatVector s = FloatVector.fromArray(S, sum, t);
      s.add(FloatVector.fromArray(S, x, at + t)).intoArray(sum, t);
    }
    for (; t < width; t++) {
      sum[t] += x[at + t];
    }
  }

  private static void addSquares(float[] x, int at, float[] mean, float[] sum, int width) {
    int t = 0;
    for (; t + L <= width; t += L) {
      FloatVector d = FloatVector.fromArray(S, x, at + t).sub(FloatVector.fromArray(S, mean, t));
      d.fma(d, FloatVector.fromArray(S, sum, t)).intoArray(sum, t);
    }
    for (; t < width; t++) {
      float d = x[at + t] - mean[t];
      sum[t] = Math.fma(d, d, sum[t]);
    }
  }

  private static void normalise(
      float[] x,
      int at,
      float[] mean,
      float[] invStd,
      int std,
      float g,
      float b,
      float[] y,
      int yAt,
      float[] xhat,
      int xhatAt,
      int width) {
    int t = 0;
    for (; t + L <= width; t += L) {
      FloatVector h = FloatVector.fromArray(S, x, at + t).sub(FloatVector.fromArray(S, mean, t));
      h = h.mul(FloatVector.fromArray(S, invStd, std + t));
      h.intoArray(xhat, xhatAt + t);
      h.fma(FloatVector.broadcast(S, g), FloatVector.broadcast(S, b)).intoArray(y, yAt + t);
    }
    for (; t < width; t++) {
      float h = (x[at + t] - mean[t]) * invStd[std + t];
      xhat[xhatAt + t] = h;
      y[yAt + t] = Math.fma(h, g, b);
    }
  }

  void backward(
      float[] dy,
      int dyOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset,
      float[] gamma,
      int gammaOffset,
      int features,
      int tokens,
      float[] dx,
      int dxOffset) {
    float[] mean = first;
    float[] slope = second;
    float share = 1f / features;
    for (int at = 0; at < tokens; at += TOKENS) {
      int width = Math.min(TOKENS, tokens - at);
      Arrays.fill(mean, 0, width, 0f);
      Arrays.fill(slope, 0, width, 0f);
      for (int f = 0; f < features; f++) {
        int row = f * tokens + at;
        float g = gamma[gammaOffset + f];
        addScaled(dy, dyOffset + row, g, xhat, xhatOffset + row, mean, slope, width);
      }
      for (int t = 0; t < width; t++) {
        mean[t] *= share;
        slope[t] *= share;
      }
      for (int f = 0; f < features; f++) {
        int row = f * tokens + at;
        float g = gamma[gammaOffset + f];
        project(
            dy,
            dyOffset + row,
            g,
            xhat,
            xhatOffset + row,
            mean,
            slope,
            invStd,
            invStdOffset + at,
            dx,
            dxOffset + row,
            width);
      }
    }
  }

  private static void addScaled(
      float[] dy,
      int at,
      float g,
      float[] xhat,
      int xhatAt,
      float[] mean,
      float[] slope,
      int width) {
    int t = 0;
    for (; t + L <= width; t += L) {
      FloatVector d = FloatVector.fromArray(S, dy, at + t).mul(g);
      FloatVector.fromArray(S, mean, t).add(d).intoArray(mean, t);
      d.fma(FloatVector.fromArray(S, xhat, xhatAt + t), FloatVector.fromArray(S, slope, t))
          .intoArray(slope, t);
    }
    for (; t < width; t++) {
      float d = dy[at + t] * g;
      mean[t] += d;
      slope[t] = Math.fma(d, xhat[xhatAt + t], slope[t]);
    }
  }

  private static void project(
      float[] dy,
      int at,
      float g,
      float[] xhat,
      int xhatAt,
      float[] mean,
      float[] slope,
      float[] invStd,
      int std,
      float[] dx,
      int dxAt,
      int width) {
    int t = 0;
    for (; t + L <= width; t += L) {
      FloatVector d =
          FloatVector.fromArray(S, dy, at + t).mul(g).sub(FloatVector.fromArray(S, mean, t));
      FloatVector h = FloatVector.fromArray(S, xhat, xhatAt + t).neg();
      d = h.fma(FloatVector.fromArray(S, slope, t), d);
      d.mul(FloatVector.fromArray(S, invStd, std + t)).intoArray(dx, dxAt + t);
    }
    for (; t < width; t++) {
      float d = dy[at + t] * g - mean[t];
      dx[dxAt + t] = Math.fma(-xhat[xhatAt + t], slope[t], d) * invStd[std + t];
    }
  }
}
