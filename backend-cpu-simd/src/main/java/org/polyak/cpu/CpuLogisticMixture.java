package org.polyak.cpu;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LogisticMixtureKernel;

/**
 * {@link LogisticMixtureKernel} in double: a difference of two probabilities near 1 would keep no
 * digits in float. Rows in parallel.
 */
final class CpuLogisticMixture implements LogisticMixtureKernel {
  private final WorkerPool pool;

  CpuLogisticMixture(WorkerPool pool) {
    this.pool = pool;
  }

  @Override
  public void forward(Tensor parameters, Tensor targets, Tensor losses) {
    int width = parameters.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(parameters.shape().dim(0), width);
    FloatSpan p = FloatSpan.of(parameters);
    FloatSpan y = FloatSpan.of(targets);
    FloatSpan loss = FloatSpan.of(losses);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          LogisticMixtureRow row = new LogisticMixtureRow(width / 3);
          int end = blocks.first(block) + blocks.rows(block);
          for (int r = blocks.first(block); r < end; r++) {
            double value =
                row.loss(p.data(), p.offset() + r * width, y.data()[y.offset() + r], false);
            loss.data()[loss.offset() + r] = (float) value;
          }
        });
  }

  @Override
  public void backward(
      Tensor parameters, Tensor targets, Tensor lossGradients, Tensor parameterGradients) {
    int width = parameters.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(parameters.shape().dim(0), width);
    FloatSpan p = FloatSpan.of(parameters);
    FloatSpan y = FloatSpan.of(targets);
    FloatSpan dLoss = FloatSpan.of(lossGradients);
    FloatSpan dp = FloatSpan.of(parameterGradients);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          LogisticMixtureRow row = new LogisticMixtureRow(width / 3);
          int end = blocks.first(block) + blocks.rows(block);
          for (int r = blocks.first(block); r < end; r++) {
            row.loss(p.data(), p.offset() + r * width, y.data()[y.offset() + r], true);
            row.gradient(dLoss.data()[dLoss.offset() + r], dp.data(), dp.offset() + r * width);
          }
        });
  }
}
