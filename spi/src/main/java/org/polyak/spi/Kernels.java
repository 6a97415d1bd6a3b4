package org.polyak.spi;

/**
 * The required verbs: all that a new backend has to write. Each writes into a tensor that the
 * caller allocated. Inputs and outputs may have any offset and any non-negative strides (transposes
 * and stride-0 broadcasts included), except that outputs never have stride 0 on an axis longer than
 * 1. Shapes are validated by the caller.
 *
 * <p>Element-wise verbs may work in place: an output may be the very same view as an input. Any
 * other overlap is not allowed. Elements are F32 unless stated. Results do not depend on the number
 * of threads.
 */
public interface Kernels {
  /** Sets every element; an I32 tensor takes the value rounded towards zero. */
  void fill(Tensor out, double value);

  /** Copies {@code in} to {@code out}; equal shape and type, F32 or I32. */
  void copy(Tensor in, Tensor out);

  /** {@code out = op(in)}; equal shapes. */
  void unary(UnaryOp op, Tensor in, Tensor out);

  /** {@code out = op(a, b)}; equal shapes. */
  void binary(BinaryOp op, Tensor a, Tensor b, Tensor out);

  /** {@code out = condition ≠ 0 ? a : b}; equal shapes. The value not taken may be NaN. */
  void select(Tensor condition, Tensor a, Tensor b, Tensor out);

  /**
   * Reduces one axis.
   *
   * @param axis in {@code [0, rank)}
   * @param out the shape of {@code in} with that extent 1
   */
  void reduce(ReduceOp op, Tensor in, int axis, Tensor out);

  /**
   * Running sums along one axis: {@code out_i = Σ_{j≤i} in_j}, or {@code Σ_{j≥i} in_j} when
   * reversed.
   *
   * @param axis in {@code [0, rank)}
   */
  void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out);

  /**
   * Matrix products over leading batch axes: {@code out = a·b}, or {@code out + a·b} when
   * accumulating.
   *
   * @param a {@code [batch…, M, K]}
   * @param b {@code [batch…, K, N]}
   * @param out {@code [batch…, M, N]}; all three have equal rank (at least 2) and equal batch axes
   */
  void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out);

  /**
   * {@code out[r, :] = table[indices[r], :]}.
   *
   * @param table {@code [V, E]}
   * @param indices I32 {@code [R]}, each in {@code [0, V)}
   * @param out {@code [R, E]}
   * @throws IndexOutOfBoundsException at this call or at the next {@link Backend#finish} or {@link
   *     Backend#download}, when an index is out of range
   */
  void gatherRows(Tensor table, Tensor indices, Tensor out);

  /**
   * {@code table[indices[r], :] += rows[r, :]}; repeated indices add up in a fixed order.
   *
   * @param rows {@code [R, E]}
   * @param indices I32 {@code [R]}, each in {@code [0, V)}
   * @param table {@code [V, E]}, updated
   * @throws IndexOutOfBoundsException as in {@link #gatherRows}
   */
  void scatterAddRows(Tensor rows, Tensor indices, Tensor table);
}
