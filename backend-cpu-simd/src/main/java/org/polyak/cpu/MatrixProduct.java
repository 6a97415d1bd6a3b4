package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;

/** The verb matmul: tensors in terms of {@link Gemm}. */
final class MatrixProduct {
  private final Gemm gemm;
  private final KeptPanels keptPanels;

  /** The operands of the product at hand: one after another has them. */
  private final Operand x = new Operand();

  private final Operand y = new Operand();
  private final Operand z = new Operand();

  MatrixProduct(CpuDevice device) {
    this.gemm = device.gemm();
    this.keptPanels = device.keptPanels();
  }

  void run(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    float[] left = CpuBuffer.floats(a);
    float[] to = CpuBuffer.floats(out);
    float[] right = CpuBuffer.unwritten(b);
    if (out.shape().size() == 0) {
      return;
    }
    int batchAxes = out.shape().rank() - 2;
    int m = out.shape().dim(-2);
    int rowStrideA = stride(a.layout(), batchAxes);
    int rowStrideC = stride(out.layout(), batchAxes);
    // Batch axes that share B and continue the rows of A and C are more rows.
    while (batchAxes > 0) {
      int axis = batchAxes - 1;
      int extent = out.shape().dim(axis);
      int strideA = stride(a.layout(), axis);
      int strideC = stride(out.layout(), axis);
      if (extent > 1) {
        boolean continues = strideA == m * rowStrideA && strideC == m * rowStrideC;
        if (stride(b.layout(), axis) != 0 || (m > 1 && !continues)) {
          break;
        }
        if (m == 1) {
          rowStrideA = strideA;
          rowStrideC = strideC;
        }
        m *= extent;
      }
      batchAxes = axis;
    }
    int n = out.shape().dim(-1);
    int depth = a.shape().dim(-1);
    x.moveTo(left, CpuBuffer.offset(a), rowStrideA, columnStride(a));
    y.moveTo(right, CpuBuffer.offset(b), rowStride(b), columnStride(b));
    z.moveTo(to, CpuBuffer.offset(out), rowStrideC, columnStride(out));
    multiply(
        batch(batchAxes, a.layout(), b.layout(), out.layout()), m, n, depth, null, accumulate, b);
  }

  /**
   * {@code out = a·bᵀ} of matrices, b being {@code [N, K]}; a bias is added to the rows where that
   * costs nothing.
   *
   * @return whether it was added
   */
  boolean runTransposed(Tensor a, Tensor b, @Nullable Tensor bias, Tensor out) {
    float[] left = CpuBuffer.floats(a);
    float[] to = CpuBuffer.floats(out);
    float[] right = CpuBuffer.unwritten(b);
    int n = b.shape().dim(0);
    int depth = b.shape().dim(1);
    x.moveTo(left, CpuBuffer.offset(a), rowStride(a), columnStride(a));
    int columns = n == 1 ? 1 : stride(b.layout(), 0);
    y.moveTo(right, CpuBuffer.offset(b), stride(b.layout(), 1), columns);
    z.moveTo(to, CpuBuffer.offset(out), rowStride(out), columnStride(out));
    FloatSpan row =
        bias != null && gemm.blocks().canBeginWithRow(n, depth) ? FloatSpan.of(bias) : null;
    return multiply(Batch.SINGLE, out.shape().dim(0), n, depth, row, false, b);
  }

  /** Multiplies; says whether the row was added to every row of the product. */
  private boolean multiply(
      Batch batch, int m, int n, int depth, @Nullable FloatSpan row, boolean accumulate, Tensor b) {
    Panels panels = batch.count() == 1 ? kept(b, m, n, depth) : null;
    if (panels == null) {
      gemm.multiply(batch, m, n, depth, x, y, z, accumulate);
      return false;
    }
    gemm.multiply(m, n, depth, x, panels, row, z, accumulate);
    return row != null;
  }

  private @Nullable Panels kept(Tensor b, int m, int n, int depth) {
    return keptPanels.suits(m, n, depth, x, y, z) && b.buffer() instanceof CpuBuffer.Floats buffer
        ? keptPanels.of(buffer, y, n, depth)
        : null;
  }

  private static Batch batch(int axes, Layout a, Layout b, Layout c) {
    if (axes == 0) {
      return Batch.SINGLE;
    }
    int[] extents = new int[axes];
    int[] stridesA = new int[axes];
    int[] stridesB = new int[axes];
    int[] stridesC = new int[axes];
    for (int axis = 0; axis < axes; axis++) {
      extents[axis] = c.shape().dim(axis);
      stridesA[axis] = stride(a, axis);
      stridesB[axis] = stride(b, axis);
      stridesC[axis] = stride(c, axis);
    }
    return new Batch(extents, stridesA, stridesB, stridesC);
  }

  private static int rowStride(Tensor tensor) {
    return stride(tensor.layout(), tensor.shape().rank() - 2);
  }

  /** The stride along a row; 1 where a row has one element, which suits the fast paths. */
  private static int columnStride(Tensor tensor) {
    return tensor.shape().dim(-1) == 1 ? 1 : stride(tensor.layout(), tensor.shape().rank() - 1);
  }

  /** The stride of an axis; 0 where the axis has one element and any number would do. */
  private static int stride(Layout layout, int axis) {
    return layout.shape().dim(axis) == 1 ? 0 : Math.toIntExact(layout.stride(axis));
  }
}
