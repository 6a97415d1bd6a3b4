package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;

/**
 * {@link BiasActivationKernel}: rows in parallel, the bias's gradient over fixed blocks of rows.
 */
final class CpuBiasActivation implements BiasActivationKernel {
  private final WorkerPool pool;
  private final ArrayPool<float[]> arrays;
  private final ActivationRows rows;
  private final Activation activation;

  CpuBiasActivation(CpuDevice device, Activation activation) {
    this.pool = device.pool();
    this.arrays = device.floats();
    this.rows = device.kernel(VectorActivationRows.class);
    this.activation = activation;
  }

  @Override
  public void forward(Tensor in, Tensor bias, Tensor out) {
    int width = in.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(in.shape().dim(0), width);
    float[] x = CpuBuffer.floats(in);
    int xAt = CpuBuffer.offset(in);
    float[] b = CpuBuffer.floats(bias);
    int bAt = CpuBuffer.offset(bias);
    float[] y = CpuBuffer.floats(out);
    int yAt = CpuBuffer.offset(out);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int first = blocks.first(block) * width;
          float[] scratch = worker.borrow(ActivationRows.scratchLength());
          rows.forward(
              activation,
              blocks.rows(block),
              width,
              x,
              xAt + first,
              b,
              bAt,
              y,
              yAt + first,
              scratch);
          worker.giveBack(scratch);
        });
  }

  @Override
  public void backward(
      Tensor in, Tensor bias, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    backward(
        in, CpuBuffer.floats(bias), CpuBuffer.offset(bias), outGradient, inGradient, biasGradient);
  }

  /** Gradients from the result of ReLU: its slope is that at what the activation was given. */
  void backwardOfResult(Tensor out, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    int width = out.shape().dim(1);
    float[] zeros = arrays.borrow(width);
    Arrays.fill(zeros, 0, width, 0);
    backward(out, zeros, 0, outGradient, inGradient, biasGradient);
    arrays.giveBack(zeros);
  }

  private void backward(
      Tensor in, float[] b, int bAt, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    int width = in.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(in.shape().dim(0), width);
    float[] x = CpuBuffer.floats(in);
    int xAt = CpuBuffer.offset(in);
    float[] dy = CpuBuffer.floats(outGradient);
    int dyAt = CpuBuffer.offset(outGradient);
    float[] dx = CpuBuffer.floats(inGradient);
    int dxAt = CpuBuffer.offset(inGradient);
    float[] sums = arrays.borrow(blocks.count() * width);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int first = blocks.first(block) * width;
          int sum = block * width;
          Arrays.fill(sums, sum, sum + width, 0);
          float[] scratch = worker.borrow(ActivationRows.scratchLength());
          rows.backward(
              activation,
              blocks.rows(block),
              width,
              x,
              xAt + first,
              b,
              bAt,
              dy,
              dyAt + first,
              dx,
              dxAt + first,
              sums,
              sum,
              scratch);
          worker.giveBack(scratch);
        });
    blocks.total(sums, width, 0, width, biasGradient);
    arrays.giveBack(sums);
  }
}
