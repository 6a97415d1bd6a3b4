package org.polyak.cpu;

import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** The verbs that treat every position by itself: fill, copy, unary, binary, select. */
final class Elementwise {
  /** Elements of a task where all tensors are contiguous. */
  private static final int FLAT_PIECE = 32 * 1024;

  /** The strides of contiguous tensors; never written. */
  private final int[] ones = {1, 1, 1, 1};

  private final WorkerPool pool;
  private final UnaryKernel unary;
  private final BinaryKernel binary;

  Elementwise(CpuDevice device) {
    this.pool = device.pool();
    this.unary = device.kernel(VectorUnaryKernel.class);
    this.binary = device.kernel(VectorBinaryKernel.class);
  }

  void fill(Tensor out, double value) {
    switch (out.dtype()) {
      case F32 -> {
        float[] to = CpuBuffer.floats(out);
        run((n, at, strides, worker) -> Strided.fill(n, (float) value, to, at[0], strides[0]), out);
      }
      case I32 -> {
        int[] to = CpuBuffer.ints(out);
        run((n, at, strides, worker) -> Strided.fill(n, (int) value, to, at[0], strides[0]), out);
      }
    }
  }

  void copy(Tensor in, Tensor out) {
    if (in.dtype() == DType.F32) {
      float[] from = CpuBuffer.floats(in);
      float[] to = CpuBuffer.floats(out);
      run((n, at, s, w) -> Strided.copy(n, from, at[1], s[1], to, at[0], s[0]), out, in);
    } else {
      int[] from = CpuBuffer.ints(in);
      int[] to = CpuBuffer.ints(out);
      run((n, at, s, w) -> Strided.copy(n, from, at[1], s[1], to, at[0], s[0]), out, in);
    }
  }

  void unary(UnaryOp op, Tensor in, Tensor out) {
    float[] from = CpuBuffer.floats(in);
    float[] to = CpuBuffer.floats(out);
    run(
        (n, at, strides, worker) -> {
          if (strides[0] == 1 && strides[1] == 1) {
            unary.apply(op, n, from, at[1], to, at[0]);
            return;
          }
          StagedRun x = new StagedRun(from, at[1], strides[1], worker);
          StagedRun y = new StagedRun(to, at[0], strides[0], worker);
          for (int i = 0; i < n; i += StagedRun.BLOCK) {
            int count = Math.min(StagedRun.BLOCK, n - i);
            x.read(i, count);
            y.open(i);
            unary.apply(op, count, x.array(), x.offset(), y.array(), y.offset());
            y.write(i, count);
          }
          x.end();
          y.end();
        },
        out,
        in);
  }

  void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    float[] left = CpuBuffer.floats(a);
    float[] right = CpuBuffer.floats(b);
    float[] to = CpuBuffer.floats(out);
    run(
        (n, at, strides, worker) -> {
          if (strides[0] == 1 && strides[1] == 1 && strides[2] == 1) {
            binary.apply(op, n, left, at[1], right, at[2], to, at[0]);
            return;
          }
          StagedRun x = new StagedRun(left, at[1], strides[1], worker);
          StagedRun y = new StagedRun(right, at[2], strides[2], worker);
          StagedRun z = new StagedRun(to, at[0], strides[0], worker);
          for (int i = 0; i < n; i += StagedRun.BLOCK) {
            int count = Math.min(StagedRun.BLOCK, n - i);
            x.read(i, count);
            y.read(i, count);
            z.open(i);
            binary.apply(
                op, count, x.array(), x.offset(), y.array(), y.offset(), z.array(), z.offset());
            z.write(i, count);
          }
          x.end();
          y.end();
          z.end();
        },
        out,
        a,
        b);
  }

  void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    float[] test = CpuBuffer.floats(condition);
    float[] left = CpuBuffer.floats(a);
    float[] right = CpuBuffer.floats(b);
    float[] to = CpuBuffer.floats(out);
    run(
        (n, at, strides, worker) -> {
          StagedRun c = new StagedRun(test, at[1], strides[1], worker);
          StagedRun x = new StagedRun(left, at[2], strides[2], worker);
          StagedRun y = new StagedRun(right, at[3], strides[3], worker);
          StagedRun z = new StagedRun(to, at[0], strides[0], worker);
          for (int i = 0; i < n; i += StagedRun.BLOCK) {
            int count = Math.min(StagedRun.BLOCK, n - i);
            c.read(i, count);
            x.read(i, count);
            y.read(i, count);
            z.open(i);
            binary.select(
                count,
                c.array(),
                c.offset(),
                x.array(),
                x.offset(),
                y.array(),
                y.offset(),
                z.array(),
                z.offset());
            z.write(i, count);
          }
          c.end();
          x.end();
          y.end();
          z.end();
        },
        out,
        condition,
        a,
        b);
  }

  /** Handles all runs of the output and the inputs, whose numbers follow the order given here. */
  private void run(LoopNest.Run run, Tensor out, Tensor... inputs) {
    if (out.shape().size() == 0) {
      return;
    }
    if (isFlat(out, inputs)) {
      flat(run, out, inputs);
      return;
    }
    Layout[] layouts = new Layout[inputs.length + 1];
    layouts[0] = out.layout();
    for (int i = 0; i < inputs.length; i++) {
      layouts[i + 1] = inputs[i].layout();
    }
    LoopNest.of(layouts).forEach(pool, run);
  }

  private static boolean isFlat(Tensor out, Tensor... inputs) {
    boolean flat = out.layout().isContiguous();
    for (Tensor input : inputs) {
      flat &= input.layout().isContiguous();
    }
    return flat;
  }

  /** The usual case in one loop: all tensors contiguous, and so one long run. */
  private void flat(LoopNest.Run run, Tensor out, Tensor... inputs) {
    int size = Math.toIntExact(out.shape().size());
    pool.parallelFor(
        Tasks.count(size, FLAT_PIECE),
        (task, worker) -> {
          int from = task * FLAT_PIECE;
          int[] at = worker.borrowIntegers(inputs.length + 1);
          at[0] = from + CpuBuffer.offset(out);
          for (int i = 0; i < inputs.length; i++) {
            at[i + 1] = from + CpuBuffer.offset(inputs[i]);
          }
          run.run(Math.min(FLAT_PIECE, size - from), at, ones, worker);
          worker.giveBack(at);
        });
  }
}
