package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;

/** {@link CrossEntropyKernel}: rows in parallel. */
final class CpuCrossEntropy implements CrossEntropyKernel {
  private final WorkerPool pool;
  private final CrossEntropyRows rows;

  CpuCrossEntropy(CpuDevice device) {
    this.pool = device.pool();
    this.rows = device.kernel(VectorCrossEntropyRows.class);
  }

  @Override
  public void forward(Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
    int classes = logits.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(logits.shape().dim(0), classes);
    FloatSpan x = FloatSpan.of(logits);
    IntSpan t = checked(targets, classes);
    FloatSpan loss = FloatSpan.of(losses);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int end = blocks.first(block) + blocks.rows(block);
          for (int row = blocks.first(block); row < end; row++) {
            int target = t.data()[t.offset() + row];
            loss.data()[loss.offset() + row] =
                target < 0
                    ? 0
                    : rows.loss(
                        x.data(), x.offset() + row * classes, classes, target, labelSmoothing);
          }
        });
  }

  @Override
  public void backward(
      Tensor logits,
      Tensor targets,
      double labelSmoothing,
      Tensor lossGradients,
      Tensor logitGradients) {
    int classes = logits.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(logits.shape().dim(0), classes);
    FloatSpan x = FloatSpan.of(logits);
    IntSpan t = checked(targets, classes);
    FloatSpan dLoss = FloatSpan.of(lossGradients);
    FloatSpan dx = FloatSpan.of(logitGradients);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int end = blocks.first(block) + blocks.rows(block);
          for (int row = blocks.first(block); row < end; row++) {
            int target = t.data()[t.offset() + row];
            int to = dx.offset() + row * classes;
            if (target < 0) {
              Arrays.fill(dx.data(), to, to + classes, 0);
            } else {
              rows.gradient(
                  x.data(),
                  x.offset() + row * classes,
                  classes,
                  target,
                  labelSmoothing,
                  dLoss.data()[dLoss.offset() + row],
                  dx.data(),
                  to);
            }
          }
        });
  }

  private static IntSpan checked(Tensor targets, int classes) {
    IntSpan t = IntSpan.of(targets);
    for (int row = 0; row < targets.shape().dim(0); row++) {
      int target = t.data()[t.offset() + row];
      if (target >= classes) {
        throw new IndexOutOfBoundsException(
            "Target %d in row %d of the cross-entropy does not name one of the %d classes."
                .formatted(target, row, classes));
      }
    }
    return t;
  }
}
