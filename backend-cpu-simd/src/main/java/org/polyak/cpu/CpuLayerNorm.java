package org.polyak.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;

/** {@link LayerNormKernel}: rows in parallel, parameter gradients over fixed blocks of rows. */
final class CpuLayerNorm implements LayerNormKernel {
  private final WorkerPool pool;
  private final ArrayPool<float[]> arrays;
  private final LayerNormRows rows;

  CpuLayerNorm(CpuDevice device) {
    this.pool = device.pool();
    this.arrays = device.floats();
    this.rows = device.kernel(VectorLayerNormRows.class);
  }

  @Override
  public void forward(
      Tensor in,
      Tensor gain,
      @Nullable Tensor bias,
      double epsilon,
      Tensor out,
      @Nullable Tensor saved) {
    int width = in.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(in.shape().dim(0), width);
    float[] x = CpuBuffer.floats(in);
    int xAt = CpuBuffer.offset(in);
    float[] g = CpuBuffer.floats(gain);
    int gAt = CpuBuffer.offset(gain);
    FloatSpan b = bias == null ? FloatSpan.NONE : FloatSpan.of(bias);
    float[] y = CpuBuffer.floats(out);
    int yAt = CpuBuffer.offset(out);
    FloatSpan s = saved == null ? FloatSpan.NONE : FloatSpan.of(saved);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int first = blocks.first(block);
          float[] scratch = worker.borrow(LayerNormRows.scratchLength());
          rows.forward(
              blocks.rows(block),
              width,
              x,
              xAt + first * width,
              g,
              gAt,
              bias == null ? null : b.data(),
              b.offset(),
              epsilon,
              y,
              yAt + first * width,
              saved == null ? null : s.data(),
              s.offset() + 2 * first,
              scratch);
          worker.giveBack(scratch);
        });
  }

  @Override
  public void backward(
      Tensor in,
      Tensor gain,
      Tensor saved,
      Tensor outGradient,
      Tensor inGradient,
      Tensor gainGradient,
      @Nullable Tensor biasGradient) {
    int width = in.shape().dim(1);
    RowBlocks blocks = RowBlocks.of(in.shape().dim(0), width);
    float[] x = CpuBuffer.floats(in);
    int xAt = CpuBuffer.offset(in);
    float[] g = CpuBuffer.floats(gain);
    int gAt = CpuBuffer.offset(gain);
    float[] s = CpuBuffer.floats(saved);
    int sAt = CpuBuffer.offset(saved);
    float[] dy = CpuBuffer.floats(outGradient);
    int dyAt = CpuBuffer.offset(outGradient);
    float[] dx = CpuBuffer.floats(inGradient);
    int dxAt = CpuBuffer.offset(inGradient);
    float[] sums = arrays.borrow(blocks.count() * 2 * width);
    pool.parallelFor(
        blocks.count(),
        (block, worker) -> {
          int first = blocks.first(block);
          int sum = block * 2 * width;
          Arrays.fill(sums, sum, sum + 2 * width, 0);
          float[] scratch = worker.borrow(LayerNormRows.scratchLength());
          rows.backward(
              blocks.rows(block),
              width,
              x,
              xAt + first * width,
              g,
              gAt,
              s,
              sAt + 2 * first,
              dy,
              dyAt + first * width,
              dx,
              dxAt + first * width,
              sums,
              sum,
              scratch);
          worker.giveBack(scratch);
        });
    blocks.total(sums, 2 * width, 0, width, gainGradient);
    if (biasGradient != null) {
      blocks.total(sums, 2 * width, width, width, biasGradient);
    }
    arrays.giveBack(sums);
  }
}
