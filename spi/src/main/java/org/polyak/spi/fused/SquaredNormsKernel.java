package org.polyak.spi.fused;

import java.util.List;
import org.polyak.spi.Tensor;

/** The squared norms of many tensors, on which gradient clipping rests. */
public interface SquaredNormsKernel {
  /**
   * {@code norms_i = Σ x²} over all elements x of tensor i.
   *
   * @param tensors contiguous, of any shapes
   * @param norms {@code [n]} for n tensors, contiguous, overwritten
   */
  void squaredNorms(List<Tensor> tensors, Tensor norms);
}
