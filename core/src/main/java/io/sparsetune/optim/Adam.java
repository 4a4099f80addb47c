package io.sparsetune.optim;

/**
 * Adam's moments of some values and the way they lead (Kingma and Ba 2015), as PyTorch computes it:
 * in double precision, the moments kept in single. Not thread-safe.
 */
public final class Adam {
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final float[] first;
  private final float[] second;
  private long steps;
  private double beta1Power = 1;
  private double beta2Power = 1;
  private double stepSize;
  private double secondScale;

  /**
   * @param state two moments, whose arrays become this object's own
   */
  public Adam(double beta1, double beta2, double epsilon, OptimizerState state) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.first = state.moments()[0];
    this.second = state.moments()[1];
    for (; steps < state.steps(); steps++) {
      beta1Power *= beta1;
      beta2Power *= beta2;
    }
  }

  /** Begins a step, in which each value is moved at most once. */
  public void begin(double learningRate) {
    steps++;
    beta1Power *= beta1;
    beta2Power *= beta2;
    stepSize = learningRate / (1 - beta1Power);
    secondScale = 1 / Math.sqrt(1 - beta2Power);
  }

  /**
   * Where the step leads the value of that number.
   *
   * @param g its gradient
   */
  public double moved(int number, double value, double g) {
    double m = first[number] + (g - first[number]) * (1 - beta1);
    double v = second[number] * beta2 + g * g * (1 - beta2);
    first[number] = (float) m;
    second[number] = (float) v;
    return value - stepSize * m / (Math.sqrt(v) * secondScale + epsilon);
  }

  /** Where it is: the arrays are its own, and change with its next step. */
  public OptimizerState state() {
    return new OptimizerState(steps, new float[][] {first, second});
  }
}
