package org.polyak.conformance.mutants;

import org.polyak.spi.Backend;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * The verbs of another backend. Mutants override a verb, or one of the three hooks through which
 * the tensors of every verb pass.
 */
public class DecoratedKernels implements Kernels {
  /** The verbs behind these. */
  protected final Kernels good;

  final HostMemory host;

  /** Changes nothing. */
  protected DecoratedKernels(Backend good) {
    this.good = good.kernels();
    this.host = new HostMemory(good);
  }

  /** What a verb reads instead of an argument. */
  Tensor read(Tensor in) {
    return in;
  }

  /** What a verb writes instead of a result. */
  Tensor target(Tensor out) {
    return out;
  }

  /** Called with every F32 result, or updated table, when it is complete. */
  void written(Tensor out) {
    // Good results stay as they are.
  }

  @Override
  public void fill(Tensor out, double value) {
    good.fill(target(out), value);
  }

  @Override
  public void copy(Tensor in, Tensor out) {
    good.copy(read(in), target(out));
  }

  @Override
  public void unary(UnaryOp op, Tensor in, Tensor out) {
    good.unary(op, read(in), target(out));
    written(out);
  }

  @Override
  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    good.binary(op, read(a), read(b), target(out));
    written(out);
  }

  @Override
  public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    good.select(read(condition), read(a), read(b), target(out));
    written(out);
  }

  @Override
  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
    good.reduce(op, read(in), axis, target(out));
    written(out);
  }

  @Override
  public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
    good.cumulativeSum(read(in), axis, reversed, target(out));
    written(out);
  }

  @Override
  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
    good.matmul(read(a), read(b), accumulate, target(out));
    written(out);
  }

  @Override
  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
    good.gatherRows(read(table), indices, target(out));
    written(out);
  }

  @Override
  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
    good.scatterAddRows(read(rows), indices, target(table));
    written(table);
  }
}
