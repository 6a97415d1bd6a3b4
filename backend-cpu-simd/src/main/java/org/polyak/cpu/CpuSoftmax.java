package org.polyak.cpu;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;

/** {@link SoftmaxKernel}: groups of rows that stay in the first-level cache, in parallel. */
final class CpuSoftmax implements SoftmaxKernel {
  /** Elements of a group: with its result, at most that of a usual first-level cache. */
  private static final int GROUP_ELEMENTS = 4096;

  private final WorkerPool pool;
  private final SoftmaxRows rows;

  CpuSoftmax(CpuDevice device) {
    this.pool = device.pool();
    this.rows = device.kernel(VectorSoftmaxRows.class);
  }

  @Override
  public void forward(Tensor in, Tensor out) {
    int width = in.shape().dim(1);
    int group = group(width);
    RowBlocks blocks = RowBlocks.of(in.shape().dim(0), width);
    FloatSpan x = FloatSpan.of(in);
    FloatSpan y = FloatSpan.of(out);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          float[] largest = worker.borrow(SoftmaxRows.GROUP);
          float[] sums = worker.borrow(SoftmaxRows.SUMS);
          int end = blocks.first(block) + blocks.rows(block);
          for (int row = blocks.first(block); row < end; row += group) {
            int n = Math.min(group, end - row);
            int to = y.offset() + row * width;
            rows.largest(n, width, x.data(), x.offset() + row * width, largest);
            rows.exponentials(
                n, width, x.data(), x.offset() + row * width, largest, sums, y.data(), to);
            for (int r = 0; r < n; r++) {
              rows.scale(width, y.data(), to + r * width, 1 / sums[r]);
            }
          }
          worker.giveBack(largest);
          worker.giveBack(sums);
        });
  }

  @Override
  public void backward(Tensor out, Tensor outGradient, Tensor inGradient) {
    int width = out.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(out.shape().dim(0), width);
    FloatSpan y = FloatSpan.of(out);
    FloatSpan dy = FloatSpan.of(outGradient);
    FloatSpan dx = FloatSpan.of(inGradient);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int skip = blocks.first(block) * width;
          rows.differentiate(
              blocks.rows(block),
              width,
              y.data(),
              y.offset() + skip,
              dy.data(),
              dy.offset() + skip,
              dx.data(),
              dx.offset() + skip);
        });
  }

  /** Rows that go through the loops together. */
  private static int group(int width) {
    return Math.clamp(GROUP_ELEMENTS / Math.max(width, 1), 1, SoftmaxRows.GROUP);
  }
}
