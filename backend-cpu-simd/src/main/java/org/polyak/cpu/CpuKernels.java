package org.polyak.cpu;

import org.polyak.spi.BinaryOp;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** The required verbs of the CPU backend, each family in a class of its own. */
final class CpuKernels implements Kernels {
  private final Elementwise elementwise;
  private final Reduction reduction;
  private final CumulativeSum cumulativeSum;
  private final MatrixProduct matrixProduct;
  private final RowAccess rowAccess;

  CpuKernels(CpuDevice device) {
    this.elementwise = new Elementwise(device);
    this.reduction = new Reduction(device);
    this.cumulativeSum = new CumulativeSum(device);
    this.matrixProduct = new MatrixProduct(device);
    this.rowAccess = new RowAccess(device);
  }

  @Override
  public void fill(Tensor out, double value) {
    elementwise.fill(out, value);
  }

  @Override
  public void copy(Tensor in, Tensor out) {
    elementwise.copy(in, out);
  }

  @Override
  public void unary(UnaryOp op, Tensor in, Tensor out) {
    elementwise.unary(op, in, out);
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    elementwise.binary(op, a, b, out);
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    elementwise.select(condition, a, b, out);
  }

  @Override
  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    reduction.reduce(op, in, axis, out);
  }

  @Override
  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    cumulativeSum.run(in, axis, reversed, out);
  }

  @Override
  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    matrixProduct.run(a, b, accumulate, out);
  }

  @Override
  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
    rowAccess.gather(table, indices, out);
  }

  @Override
  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
    rowAccess.scatterAdd(rows, indices, table);
  }
}
