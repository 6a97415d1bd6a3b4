package org.polyak.opencl;

import org.polyak.spi.BinaryOp;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** The verbs. Each submits its work and returns. */
final class OpenClKernels implements Kernels {
  private final Elementwise elementwise;
  private final Reduction reduction;
  private final RunningSum runningSum;
  private final MatrixProduct product;
  private final Rows rows;

  OpenClKernels(OpenClDevice device, MatrixProduct product, Faults faults) {
    this.elementwise = new Elementwise(device);
    this.reduction = new Reduction(device);
    this.runningSum = new RunningSum(device, reduction);
    this.product = product;
    this.rows = new Rows(device, faults);
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
    runningSum.cumulativeSum(in, axis, reversed, out);
  }

  @Override
  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    product.multiply(new Product(a, b, accumulate, out, null));
  }

  @Override
  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
    rows.gather(table, indices, out);
  }

  @Override
  public void scatterAddRows(Tensor rowsToAdd, Tensor indices, Tensor table) {
    rows.scatterAdd(rowsToAdd, indices, table);
  }
}
