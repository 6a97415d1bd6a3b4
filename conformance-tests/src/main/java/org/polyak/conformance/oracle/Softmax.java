package org.polyak.conformance.oracle;

/** Softmax of rows: y_i = exp(x_i) / Σ_j exp(x_j). */
public final class Softmax {
  private Softmax() {}

  /**
   * Softmax of each row.
   *
   * @param x {@code [R, C]}; −∞ gets 0
   */
  public static Array forward(Array x) {
    Array out = Array.zerosLike(x);
    for (int r = 0; r < x.extent(0); r++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < x.extent(1); c++) {
        largest = Math.max(largest, x.get(r, c));
      }
      double sum = 0;
      for (int c = 0; c < x.extent(1); c++) {
        sum += Math.exp(x.get(r, c) - largest);
      }
      for (int c = 0; c < x.extent(1); c++) {
        out.set(Math.exp(x.get(r, c) - largest) / sum, r, c);
      }
    }
    return out;
  }

  /** Gradient for x of {@code Σ outGradient · y}: y_i (dy_i − Σ_j y_j dy_j) in each row. */
  public static Array backward(Array x, Array outGradient) {
    Array y = forward(x);
    Array gradient = Array.zerosLike(x);
    for (int r = 0; r < x.extent(0); r++) {
      double mean = 0;
      for (int c = 0; c < x.extent(1); c++) {
        mean += y.get(r, c) * outGradient.get(r, c);
      }
      for (int c = 0; c < x.extent(1); c++) {
        gradient.set(y.get(r, c) * (outGradient.get(r, c) - mean), r, c);
      }
    }
    return gradient;
  }
}
