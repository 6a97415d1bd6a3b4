package org.polyak.conformance.verbs;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.spi.Tensor;

/**
 * A product with more elements than the oracle has time for. Some rows of the first factor and some
 * columns of the second hold normal numbers: the oracle computes these rows and columns of the
 * result. All other factors are small integers, so that every other element of the result is exact
 * in any precision and in any order of its sum: sums of these elements along rows and columns, with
 * weights, are exact as well, and tell a single wrong one.
 *
 * @param a {@code [M, K]}
 * @param b {@code [K, N]}
 * @param rows weight of each row; 0 for those of normal numbers
 * @param columns weight of each column; 0 for those of normal numbers
 */
record LargeProduct(Array a, Array b, Array rows, Array columns) {
  /** Rows, and columns, that the oracle computes at most. */
  private static final int SAMPLED = 16;

  private static final int LARGEST_FACTOR = 3;
  private static final int LARGEST_WEIGHT = 7;

  /** Draws the factors, and which rows and columns hold normal numbers. */
  static LargeProduct drawn(Samples s, int rows, int inner, int columns) {
    Array rowWeights = weights(s, rows);
    Array columnWeights = weights(s, columns);
    return new LargeProduct(
        factor(s, rowWeights, inner),
        LinearAlgebra.transpose(factor(s, columnWeights, inner)),
        rowWeights,
        columnWeights);
  }

  /** In any order; all are sampled where there are few. */
  private static Array weights(Samples s, int count) {
    int[] weights = s.integers(count, 1, LARGEST_WEIGHT + 1);
    int[] sampled =
        count <= SAMPLED ? IntStream.range(0, count).toArray() : s.integers(SAMPLED, 0, count);
    Arrays.stream(sampled).forEach(i -> weights[i] = 0);
    return Array.of(Arrays.stream(weights).asDoubleStream().toArray(), count);
  }

  /** One line for each weight. */
  private static Array factor(Samples s, Array weights, int length) {
    double[] data = new double[weights.size() * length];
    for (int line = 0; line < weights.size(); line++) {
      boolean sampled = weights.data()[line] == 0;
      float[] normal = sampled ? s.normal(length, 1) : new float[0];
      int[] integers =
          sampled ? new int[0] : s.integers(length, -LARGEST_FACTOR, LARGEST_FACTOR + 1);
      for (int i = 0; i < length; i++) {
        data[line * length + i] = sampled ? normal[i] : integers[i];
      }
    }
    return Array.of(data, weights.size(), length);
  }

  /**
   * Computes and checks the product.
   *
   * @param turnA whether the columns of {@code a} are contiguous in memory, else its rows
   * @param turnB the same of {@code b}
   */
  void run(CaseContext c, boolean turnA, boolean turnB) {
    int m = rows.size();
    int n = columns.size();
    Tensor result = c.memory().output("out", Placement.DENSE, m, n);
    c.kernels().matmul(input(c, "a", a, turnA), input(c, "b", b, turnB), false, result);
    Array out = Samples.array(c.memory().floats(result), m, n);
    expect(c, "sampled rows", sampled(out, 0), sampled(a, 0), b);
    expect(c, "sampled columns", sampled(out, 1), a, sampled(b, 1));
    Array across = columns.reshape(n, 1);
    Array down = rows.reshape(1, m);
    c.expect(
        "weighted sums of rows",
        LinearAlgebra.matmul(out, across).times(rows.reshape(m, 1)),
        LinearAlgebra.matmul(a, LinearAlgebra.matmul(b, across)).times(rows.reshape(m, 1)),
        i -> 0);
    c.expect(
        "weighted sums of columns",
        LinearAlgebra.matmul(down, out).times(columns.reshape(1, n)),
        LinearAlgebra.matmul(LinearAlgebra.matmul(down, a), b).times(columns.reshape(1, n)),
        i -> 0);
  }

  private static Tensor input(CaseContext c, String name, Array factor, boolean turn) {
    Array inMemory = turn ? LinearAlgebra.transpose(factor) : factor;
    Tensor tensor =
        c.memory().input(name, Samples.floats(inMemory), Placement.DENSE, inMemory.shape());
    return turn ? tensor.transpose(0, 1) : tensor;
  }

  /** K products and K − 1 additions; fused or not, a term sees at most K roundings. */
  private static void expect(CaseContext c, String name, Array got, Array left, Array right) {
    c.expect(
        name,
        Samples.floats(got),
        new Expected(
            LinearAlgebra.matmul(left, right),
            LinearAlgebra.matmulMagnitude(left, right),
            left.extent(-1),
            1));
  }

  /** The sampled rows of a matrix (axis 0) or its sampled columns (axis 1). */
  private Array sampled(Array matrix, int axis) {
    Array weights = axis == 0 ? rows : columns;
    int[] chosen = IntStream.range(0, weights.size()).filter(i -> weights.data()[i] == 0).toArray();
    int[] shape = matrix.shape();
    shape[axis] = chosen.length;
    Array picked = Array.zeros(shape);
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < shape[1]; j++) {
        double value = axis == 0 ? matrix.get(chosen[i], j) : matrix.get(i, chosen[j]);
        picked.set(value, i, j);
      }
    }
    return picked;
  }
}
