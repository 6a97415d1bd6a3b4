package org.polyak.conformance.oracle;

import java.util.Arrays;

/**
 * Small vectors and matrices as Java arrays, and the way from {@link Array} to one head and back.
 */
final class Matrices {
  private Matrices() {}

  /** Rows of one head: {@code [N][D]} of {@code [B, N, H, D]}. */
  static double[][] head(Array array, int batch, int head) {
    double[][] rows = new double[array.extent(1)][array.extent(3)];
    for (int n = 0; n < rows.length; n++) {
      System.arraycopy(array.data(), array.offset(batch, n, head, 0), rows[n], 0, rows[n].length);
    }
    return rows;
  }

  /** Writes the rows of one head back. */
  static void putHead(double[][] rows, Array array, int batch, int head) {
    for (int n = 0; n < rows.length; n++) {
      System.arraycopy(rows[n], 0, array.data(), array.offset(batch, n, head, 0), rows[n].length);
    }
  }

  /** φ of each element. */
  static double[][] map(FeatureMap phi, double[][] rows) {
    double[][] mapped = new double[rows.length][];
    for (int n = 0; n < rows.length; n++) {
      mapped[n] = Arrays.stream(rows[n]).map(phi::apply).toArray();
    }
    return mapped;
  }

  /** Absolute value of each element. */
  static double[][] abs(double[][] rows) {
    double[][] result = new double[rows.length][];
    for (int n = 0; n < rows.length; n++) {
      result[n] = Arrays.stream(rows[n]).map(Math::abs).toArray();
    }
    return result;
  }

  /** Turns gradients for φ(x) into gradients for x, in place: times φ'(x). */
  static void throughFeatureMap(FeatureMap phi, double[][] x, double[][] gradients) {
    for (int n = 0; n < x.length; n++) {
      for (int d = 0; d < x[n].length; d++) {
        gradients[n][d] *= phi.derivative(x[n][d]);
      }
    }
  }

  /** aᵀ b. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** target += factor · x. */
  static void addScaled(double[] target, double factor, double[] x) {
    for (int i = 0; i < x.length; i++) {
      target[i] += factor * x[i];
    }
  }

  /** target += factor · x. */
  static void addScaled(double[][] target, double factor, double[][] x) {
    for (int i = 0; i < x.length; i++) {
      addScaled(target[i], factor, x[i]);
    }
  }

  /** target += factor · a bᵀ. */
  static void addOuter(double[][] target, double factor, double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      addScaled(target[i], factor * a[i], b);
    }
  }

  /** target *= factor. */
  static void scale(double[][] target, double factor) {
    for (double[] row : target) {
      for (int i = 0; i < row.length; i++) {
        row[i] *= factor;
      }
    }
  }

  /** target += factor · Sᵀ a. */
  static void addTransposedProduct(double[] target, double factor, double[][] s, double[] a) {
    for (int i = 0; i < a.length; i++) {
      addScaled(target, factor * a[i], s[i]);
    }
  }

  /** target += factor · S b. */
  static void addProduct(double[] target, double factor, double[][] s, double[] b) {
    for (int i = 0; i < s.length; i++) {
      target[i] += factor * dot(s[i], b);
    }
  }

  /** A deep copy. */
  static double[][] copy(double[][] rows) {
    double[][] result = new double[rows.length][];
    for (int n = 0; n < rows.length; n++) {
      result[n] = rows[n].clone();
    }
    return result;
  }
}
