package org.polyak.cpu;

import java.util.List;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SquaredNormsKernel;

/** {@link SquaredNormsKernel}: tensors in parallel. */
final class CpuSquaredNorms implements SquaredNormsKernel {
  private final WorkerPool pool;
  private final OptimizerLoops loops;

  CpuSquaredNorms(WorkerPool pool, OptimizerLoops loops) {
    this.pool = pool;
    this.loops = loops;
  }

  @Override
  public void squaredNorms(List<Tensor> tensors, Tensor norms) {
    FloatSpan out = FloatSpan.of(norms);
    pool.parallelFor(
        tensors.size(),
        (index, worker) -> {
          Tensor tensor = tensors.get(index);
          int count = Math.toIntExact(tensor.shape().size());
          out.data()[out.offset() + index] =
              loops.squaredNorm(count, CpuBuffer.floats(tensor), CpuBuffer.offset(tensor));
        });
  }
}
