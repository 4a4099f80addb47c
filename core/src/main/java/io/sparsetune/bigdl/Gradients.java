package io.sparsetune.bigdl;

/**
 * Where parameters' gradients go. Modules offer what a gradient is made of; how much of it is
 * computed is decided here. Matrices of activations are [rows, tokens].
 */
interface Gradients {
  /** For forward passes. */
  Gradients NONE =
      new Gradients() {
        @Override
        public boolean wants(int tensor) {
          return false;
        }

        @Override
        public void product(
            int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {}

        @Override
        public void rowSums(int tensor, float[] dy, int dyOffset, int tokens) {}

        @Override
        public void rowDots(
            int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens) {}

        @Override
        public void lookups(int tensor, int[] rows, int frozenRow, float[] dz, int tokens) {}
      };

  boolean wants(int tensor);

  /** The gradient of a weight [out, in] is dy·xᵀ. */
  void product(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens);

  /** The gradient of a vector is the sum of each row of dy. */
  void rowSums(int tensor, float[] dy, int dyOffset, int tokens);

  /** The gradient of a vector is the dot product of each row of dy and the same row of x. */
  void rowDots(int tensor, float[] dy, int dyOffset, float[] x, int xOffset, int tokens);

  /**
   * Token t read row rows[t] of a table [entries, features].
   *
   * @param frozenRow has no gradient; −1 for none
   * @param dz [features, tokens]
   */
  void lookups(int tensor, int[] rows, int frozenRow, float[] dz, int tokens);
}
