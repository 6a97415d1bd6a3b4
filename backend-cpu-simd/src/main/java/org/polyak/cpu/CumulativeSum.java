package org.polyak.cpu;

import org.polyak.spi.Tensor;

/** The verb cumulativeSum. The running sum is kept in double precision. */
final class CumulativeSum {
  /** Columns that advance together. */
  private static final int COLUMNS = 256;

  private final WorkerPool pool;

  CumulativeSum(CpuDevice device) {
    this.pool = device.pool();
  }

  void run(Tensor in, int axis, boolean reversed, Tensor out) {
    float[] from = CpuBuffer.floats(in);
    float[] to = CpuBuffer.floats(out);
    int extent = in.shape().dim(axis);
    if (in.shape().size() == 0) {
      return;
    }
    int inStep = Math.toIntExact(in.layout().stride(axis)) * (reversed ? -1 : 1);
    int outStep = Math.toIntExact(out.layout().stride(axis)) * (reversed ? -1 : 1);
    int inStart = reversed ? -inStep * (extent - 1) : 0;
    int outStart = reversed ? -outStep * (extent - 1) : 0;
    LoopNest.without(axis, in.layout(), out.layout())
        .forEach(
            pool,
            extent,
            COLUMNS,
            (n, at, strides, worker) -> {
              double[] sums = new double[n];
              int read = at[0] + inStart;
              int write = at[1] + outStart;
              for (int i = 0; i < extent; i++, read += inStep, write += outStep) {
                step(n, sums, from, read, strides[0], to, write, strides[1]);
              }
            });
  }

  private static void step(
      int n,
      double[] sums,
      float[] from,
      int read,
      int inStride,
      float[] to,
      int write,
      int outStride) {
    if (inStride == 1 && outStride == 1) {
      for (int j = 0; j < n; j++) {
        sums[j] += from[read + j];
        to[write + j] = (float) sums[j];
      }
    } else {
      for (int j = 0; j < n; j++) {
        sums[j] += from[read + j * inStride];
        to[write + j * outStride] = (float) sums[j];
      }
    }
  }
}
