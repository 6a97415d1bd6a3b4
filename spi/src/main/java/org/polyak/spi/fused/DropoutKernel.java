package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * Dropout as a pure function of a seed that the host draws, so that every backend drops the same
 * elements and the backward pass is the same call on the gradient. Element i (row-major) is kept,
 * and multiplied by 1/(1 − rate), when {@link DropoutHash#uniform} of seed and i is at least the
 * rate; otherwise it becomes 0.
 */
public interface DropoutKernel {
  /**
   * Drops elements.
   *
   * @param in any shape, fewer than 2³¹ elements
   * @param rate in [0, 1)
   * @param seed drawn by the host
   * @param out shape of {@code in}; may be {@code in} itself
   */
  void apply(Tensor in, double rate, int seed, Tensor out);
}
