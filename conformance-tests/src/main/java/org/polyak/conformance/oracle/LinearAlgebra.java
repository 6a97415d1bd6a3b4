package org.polyak.conformance.oracle;

/** Matrix products, sums along an axis, running sums: the verbs that add terms up. */
public final class LinearAlgebra {
  private LinearAlgebra() {}

  /**
   * a·b over equal leading batch axes.
   *
   * @param a {@code [batch…, M, K]}
   * @param b {@code [batch…, K, N]}
   */
  public static Array matmul(Array a, Array b) {
    int m = a.extent(-2);
    int inner = a.extent(-1);
    int n = b.extent(-1);
    int[] shape = a.shape();
    shape[shape.length - 1] = n;
    Array out = Array.zeros(shape);
    if (b.extent(-2) != inner || b.size() != out.size() / m * inner) {
      throw new IllegalArgumentException("No product of %s and %s.".formatted(a, b));
    }
    for (int batch = 0; batch * m * n < out.size(); batch++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < inner; l++) {
            sum += a.data()[(batch * m + i) * inner + l] * b.data()[(batch * inner + l) * n + j];
          }
          out.data()[(batch * m + i) * n + j] = sum;
        }
      }
    }
    return out;
  }

  /** The magnitude of {@link #matmul}: |a|·|b|. */
  public static Array matmulMagnitude(Array a, Array b) {
    return matmul(a.abs(), b.abs());
  }

  /** The transpose of the last two axes. */
  public static Array transpose(Array a) {
    int[] axes = new int[a.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i;
    }
    axes[axes.length - 1] = axes.length - 2;
    axes[axes.length - 2] = axes.length - 1;
    return a.transpose(axes);
  }

  /** The sum along an axis, which is kept with extent 1. Its magnitude is that of {@code |x|}. */
  public static Array sum(Array x, int axis) {
    return runningSum(x, axis, true).slice(axis, 0, 1);
  }

  /** The largest element along an axis, which is kept with extent 1. */
  public static Array maximum(Array x, int axis) {
    Array largest = x.slice(axis, 0, 1);
    for (int i = 1; i < x.extent(axis); i++) {
      largest = largest.zip(x.slice(axis, i, i + 1), Math::max);
    }
    return largest;
  }

  /**
   * out_i = Σ_{j≤i} x_j along an axis, or Σ_{j≥i} when reversed. Its magnitude is that of {@code
   * |x|}.
   */
  public static Array runningSum(Array x, int axis, boolean reversed) {
    int inner = 1;
    for (int a = axis + 1; a < x.rank(); a++) {
      inner *= x.extent(a);
    }
    int length = x.extent(axis);
    Array out = Array.zerosLike(x);
    for (int lane = 0; lane * length < x.size(); lane++) {
      int base = lane / inner * length * inner + lane % inner;
      double sum = 0;
      for (int i = 0; i < length; i++) {
        int at = base + (reversed ? length - 1 - i : i) * inner;
        sum += x.data()[at];
        out.data()[at] = sum;
      }
    }
    return out;
  }
}
