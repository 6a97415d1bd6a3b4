package org.polyak.conformance.mutants;

import org.polyak.spi.BinaryOp;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** The verbs of a {@link QueuedDevice}: arguments are checked at the call, work is queued. */
class QueuedKernels implements Kernels {
  private final QueuedDevice device;
  private final Kernels good;

  QueuedKernels(QueuedDevice device) {
    this.device = device;
    this.good = device.good.kernels();
  }

  @Override
  public void fill(Tensor out, double value) {
    Tensor o = device.storage(out);
    device.submit(() -> good.fill(o, value));
  }

  @Override
  public void copy(Tensor in, Tensor out) {
    Tensor i = device.storage(in);
    Tensor o = device.storage(out);
    device.submit(() -> good.copy(i, o));
  }

  @Override
  public void unary(UnaryOp op, Tensor in, Tensor out) {
    Tensor i = device.storage(in);
    Tensor o = device.storage(out);
    device.submit(() -> good.unary(op, i, o));
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    Tensor x = device.storage(a);
    Tensor y = device.storage(b);
    Tensor o = device.storage(out);
    device.submit(() -> good.binary(op, x, y, o));
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    Tensor c = device.storage(condition);
    Tensor x = device.storage(a);
    Tensor y = device.storage(b);
    Tensor o = device.storage(out);
    device.submit(() -> good.select(c, x, y, o));
  }

  @Override
  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    Tensor i = device.storage(in);
    Tensor o = device.storage(out);
    device.submit(() -> good.reduce(op, i, axis, o));
  }

  @Override
  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    Tensor i = device.storage(in);
    Tensor o = device.storage(out);
    device.submit(() -> good.cumulativeSum(i, axis, reversed, o));
  }

  @Override
  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    Tensor x = device.storage(a);
    Tensor y = device.storage(b);
    Tensor o = device.storage(out);
    device.submit(() -> good.matmul(x, y, accumulate, o));
  }

  @Override
  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
    Tensor t = device.storage(table);
    Tensor i = device.storage(indices);
    Tensor o = device.storage(out);
    device.submit(() -> good.gatherRows(t, i, o));
  }

  @Override
  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
    Tensor r = device.storage(rows);
    Tensor i = device.storage(indices);
    Tensor t = device.storage(table);
    device.submit(() -> good.scatterAddRows(r, i, t));
  }
}
