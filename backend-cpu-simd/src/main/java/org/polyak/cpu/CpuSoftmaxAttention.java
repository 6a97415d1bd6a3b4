package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.SoftmaxAttentionKernel;

/** {@link SoftmaxAttentionKernel}: one task per head of each sequence, tile by tile. */
final class CpuSoftmaxAttention implements SoftmaxAttentionKernel {
  private final WorkerPool pool;
  private final SoftmaxForward forward;
  private final SoftmaxBackward backward;

  CpuSoftmaxAttention(CpuDevice device) {
    this.pool = device.pool();
    SoftmaxLoops loops = device.kernel(VectorSoftmaxLoops.class);
    HeadRows rows = device.kernel(VectorHeadRows.class);
    this.forward = new SoftmaxForward(loops, rows, device.gemm().blocks());
    this.backward = new SoftmaxBackward(loops, rows, device.gemm().blocks());
  }

  @Override
  public void forward(
      AttentionInputs inputs,
      boolean causal,
      double scale,
      Tensor out,
      @Nullable Tensor logSumExp) {
    SoftmaxForward.Task task =
        new SoftmaxForward.Task(inputs, causal, (float) scale, out, logSumExp);
    pool.parallelFor(
        inputs.batch() * inputs.heads(), (head, worker) -> forward.run(task, head, worker));
  }

  @Override
  public void backward(
      AttentionInputs inputs,
      boolean causal,
      double scale,
      Tensor out,
      Tensor logSumExp,
      Tensor outGradient,
      AttentionGradients gradients) {
    SoftmaxBackward.Task task =
        new SoftmaxBackward.Task(
            inputs, causal, (float) scale, out, logSumExp, outGradient, gradients);
    pool.parallelFor(
        inputs.batch() * inputs.heads(), (head, worker) -> backward.run(task, head, worker));
  }
}
