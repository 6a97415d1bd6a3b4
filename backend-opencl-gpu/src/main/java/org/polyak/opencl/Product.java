package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/**
 * One product: {@code out = a·b}, or {@code out + a·b}, or with an epilogue {@code f(a·b + bias)}.
 *
 * @param a {@code [batch…, rows, inner]}
 * @param b {@code [batch…, inner, columns]}
 * @param accumulate whether to add to what is there
 * @param out {@code [batch…, rows, columns]}
 * @param epilogue what follows the sums; null when nothing does. With one, nothing is accumulated,
 *     and the rows of {@code out} are contiguous
 */
record Product(Tensor a, Tensor b, boolean accumulate, Tensor out, @Nullable Epilogue epilogue) {
  int rows() {
    return out.shape().dim(-2);
  }

  int inner() {
    return a.shape().dim(-1);
  }

  int columns() {
    return out.shape().dim(-1);
  }

  /** The loops over the batch. */
  Loops batches() {
    return Loops.batches(out.layout(), a.layout(), b.layout());
  }

  /** {@code out} from one of the loops' starts. */
  Operand result(Loops batches, long[] start) {
    return Operand.of(out, batches, 0, start);
  }

  /** {@code a} from one of the loops' starts. */
  Operand left(Loops batches, long[] start) {
    return Operand.of(a, batches, 1, start);
  }

  /** {@code b} from one of the loops' starts. */
  Operand right(Loops batches, long[] start) {
    return Operand.of(b, batches, 2, start);
  }

  /** The same product with the result's rows contiguous, if either of its last axes is. */
  Product alongColumns() {
    Layout layout = out.layout();
    return layout.stride(-1) != 1 && layout.stride(-2) == 1 ? transposed() : this;
  }

  /** The same product from another place of its second factor. */
  Product withRight(Tensor moved) {
    return new Product(a, moved, accumulate, out, epilogue);
  }

  /** {@code outᵀ = bᵀ·aᵀ}. */
  private Product transposed() {
    return new Product(transposed(b), transposed(a), accumulate, transposed(out), epilogue);
  }

  private static Tensor transposed(Tensor tensor) {
    return tensor.transpose(-2, -1);
  }
}
