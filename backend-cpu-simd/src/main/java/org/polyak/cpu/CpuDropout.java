package org.polyak.cpu;

import org.polyak.spi.Tensor;
import org.polyak.spi.fused.DropoutHash;
import org.polyak.spi.fused.DropoutKernel;

/** {@link DropoutKernel}: runs of elements in parallel. */
final class CpuDropout implements DropoutKernel {
  private final WorkerPool pool;
  private final DropoutLoop loop;

  CpuDropout(CpuDevice device) {
    this.pool = device.pool();
    this.loop = device.kernel(VectorDropoutLoop.class);
  }

  @Override
  public void apply(Tensor in, double rate, int seed, Tensor out) {
    RowBlocks blocks = RowBlocks.of(Math.toIntExact(in.shape().size()), 1);
    int mixedSeed = DropoutHash.mix(seed);
    // Uniforms are multiples of 2⁻²⁴, so "uniform ≥ rate" is a comparison of integers.
    int threshold = (int) Math.ceil(rate * 0x1p24);
    float scale = (float) (1 / (1 - rate));
    float[] x = CpuBuffer.floats(in);
    int xAt = CpuBuffer.offset(in);
    float[] y = CpuBuffer.floats(out);
    int yAt = CpuBuffer.offset(out);
    pool.parallelFor(
        blocks.count(),
        (block, worker) ->
            loop.apply(
                mixedSeed,
                blocks.first(block),
                blocks.rows(block),
                threshold,
                scale,
                x,
                xAt,
                y,
                yAt));
  }
}
