package org.polyak.conformance.mutants;

import java.util.Arrays;

/** The state of one head. */
final class HeadState {
  private final double[][] push;
  private final double[][] s;
  private final double[] z;

  /** Of arrays that it keeps. */
  HeadState(double[][] push, double[][] s, double[] z) {
    this.push = push;
    this.s = s;
    this.z = z;
  }

  /** −m of eq. 12, {@code [K][V]}: what is added to s, times γ. */
  double[][] push() {
    return push;
  }

  /** The memory, {@code [K][V]}. */
  double[][] s() {
    return s;
  }

  /** The key sum, {@code [K]}. */
  double[] z() {
    return z;
  }

  /** All zeros. */
  static HeadState zero(int keyDim, int valueDim) {
    return new HeadState(
        new double[keyDim][valueDim], new double[keyDim][valueDim], new double[keyDim]);
  }

  /** A copy that shares nothing. */
  HeadState copy() {
    return new HeadState(copy(push), copy(s), z.clone());
  }

  /** {@code matrix *= factor}. */
  static void scale(double[][] matrix, double factor) {
    for (double[] row : matrix) {
      for (int c = 0; c < row.length; c++) {
        row[c] *= factor;
      }
    }
  }

  /** {@code to += factor · from}. */
  static void add(double[][] to, double factor, double[][] from) {
    for (int r = 0; r < to.length; r++) {
      add(to[r], factor, from[r]);
    }
  }

  /** {@code to += factor · from}. */
  static void add(double[] to, double factor, double[] from) {
    for (int c = 0; c < to.length; c++) {
      to[c] += factor * from[c];
    }
  }

  /** {@code to += factor · a bᵀ}. */
  static void addOuter(double[][] to, double factor, double[] a, double[] b) {
    for (int r = 0; r < a.length; r++) {
      add(to[r], factor * a[r], b);
    }
  }

  /** {@code aᵀ b}. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** {@code matrix · v}. */
  static double[] times(double[][] matrix, double[] v) {
    return Arrays.stream(matrix).mapToDouble(row -> dot(row, v)).toArray();
  }

  /** {@code matrixᵀ · v}. */
  static double[] transposedTimes(double[][] matrix, double[] v, int columns) {
    double[] result = new double[columns];
    for (int r = 0; r < v.length; r++) {
      add(result, v[r], matrix[r]);
    }
    return result;
  }

  private static double[][] copy(double[][] matrix) {
    return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
  }
}
