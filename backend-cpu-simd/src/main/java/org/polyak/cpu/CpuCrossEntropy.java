package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;

/**
 * {@link CrossEntropyKernel}: rows in parallel. All logits are taken relative to the row's largest.
 */
final class CpuCrossEntropy implements CrossEntropyKernel {
  private final WorkerPool pool;
  private final SoftmaxRows softmax;
  private final CrossEntropyRows rows;

  CpuCrossEntropy(CpuDevice device) {
    this.pool = device.pool();
    this.softmax = device.kernel(VectorSoftmaxRows.class);
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
          float[] largest = worker.borrow(SoftmaxRows.GROUP);
          float[] sums = worker.borrow(SoftmaxRows.SUMS);
          int end = blocks.first(block) + blocks.rows(block);
          for (int row = blocks.first(block); row < end; row += SoftmaxRows.GROUP) {
            int n = Math.min(SoftmaxRows.GROUP, end - row);
            int from = x.offset() + row * classes;
            softmax.largest(n, classes, x.data(), from, largest);
            rows.sums(n, classes, x.data(), from, largest, sums);
            rows.logarithms(sums);
            for (int r = 0; r < n; r++) {
              int target = t.data()[t.offset() + row + r];
              loss.data()[loss.offset() + row + r] =
                  target < 0
                      ? 0
                      : loss(
                          x.data(),
                          from + r * classes,
                          classes,
                          target,
                          labelSmoothing,
                          largest[r],
                          sums[r]);
            }
          }
          worker.giveBack(largest);
          worker.giveBack(sums);
        });
  }

  /** The loss of a row, given the logarithm of the sum of its exponentials. */
  private float loss(
      float[] logits,
      int offset,
      int classes,
      int target,
      double smoothing,
      float largest,
      float logSum) {
    double loss = logSum - (1 - smoothing) * ((double) logits[offset + target] - largest);
    if (smoothing > 0) {
      loss -= smoothing * rows.sumOfDifferences(classes, logits, offset, largest) / classes;
    }
    return (float) loss;
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
          float[] largest = worker.borrow(SoftmaxRows.GROUP);
          float[] sums = worker.borrow(SoftmaxRows.SUMS);
          int end = blocks.first(block) + blocks.rows(block);
          for (int row = blocks.first(block); row < end; row += SoftmaxRows.GROUP) {
            int n = Math.min(SoftmaxRows.GROUP, end - row);
            int from = x.offset() + row * classes;
            int to = dx.offset() + row * classes;
            softmax.largest(n, classes, x.data(), from, largest);
            softmax.exponentials(n, classes, x.data(), from, largest, sums, dx.data(), to);
            for (int r = 0; r < n; r++) {
              differentiate(
                  classes,
                  dx.data(),
                  to + r * classes,
                  t.data()[t.offset() + row + r],
                  labelSmoothing,
                  sums[r],
                  dLoss.data()[dLoss.offset() + row + r]);
            }
          }
          worker.giveBack(largest);
          worker.giveBack(sums);
        });
  }

  /** Turns the exponentials of a row into its gradient. */
  private void differentiate(
      int classes,
      float[] gradient,
      int offset,
      int target,
      double smoothing,
      float sum,
      float lossGradient) {
    if (target < 0) {
      Arrays.fill(gradient, offset, offset + classes, 0);
      return;
    }
    double probability = (double) gradient[offset + target] / sum;
    double uniform = smoothing / classes;
    rows.scale(classes, gradient, offset, lossGradient / sum, (float) (-uniform * lossGradient));
    gradient[offset + target] = (float) (lossGradient * (probability - (1 - smoothing) - uniform));
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
