package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** What one head of one sequence attends with. */
final class Head {
  private final double[][] queries;
  private final double[][] keys;
  private final double[][] phiQueries;
  private final double[][] phiKeys;
  private final double[][] values;
  private final int length;
  private final HeadState start;

  /**
   * Of arrays that it keeps.
   *
   * @param queries before the feature map, {@code [N][K]}
   * @param keys before the feature map, {@code [S][K]}
   * @param values {@code [S][V]}
   * @param phi the feature map
   * @param length how many keys are real
   * @param start the state before the first token
   */
  Head(
      double[][] queries,
      double[][] keys,
      double[][] values,
      DoubleUnaryOperator phi,
      int length,
      HeadState start) {
    this.queries = queries;
    this.keys = keys;
    this.phiQueries = map(queries, phi);
    this.phiKeys = map(keys, phi);
    this.values = values;
    this.length = length;
    this.start = start;
  }

  /** Where the gradients of one head go. */
  static final class Gradients {
    private final double[][] queries;
    private final double[][] keys;
    private final double[][] values;
    private final HeadState state;

    private Gradients(Head head, HeadState last) {
      queries = new double[head.queries.length][head.keyDim()];
      keys = new double[head.keys.length][head.keyDim()];
      values = new double[head.keys.length][head.valueDim()];
      state = last;
    }

    double[][] queries() {
      return queries;
    }

    double[][] keys() {
      return keys;
    }

    double[][] values() {
      return values;
    }

    /** For the state that the walk back has reached, in the end the initial one. */
    HeadState state() {
      return state;
    }
  }

  /** Zeros, and the gradient of the last state. */
  Gradients gradients(HeadState last) {
    return new Gradients(this, last);
  }

  double[][] queries() {
    return queries;
  }

  double[][] keys() {
    return keys;
  }

  double[][] phiQueries() {
    return phiQueries;
  }

  double[][] phiKeys() {
    return phiKeys;
  }

  double[][] values() {
    return values;
  }

  int length() {
    return length;
  }

  HeadState start() {
    return start;
  }

  int queryCount() {
    return queries.length;
  }

  int keyCount() {
    return keys.length;
  }

  int keyDim() {
    return start.s().length;
  }

  int valueDim() {
    return start.s()[0].length;
  }

  private static double[][] map(double[][] rows, DoubleUnaryOperator function) {
    return Arrays.stream(rows)
        .map(row -> Arrays.stream(row).map(function).toArray())
        .toArray(double[][]::new);
  }
}
