package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * Softmax cross-entropy of each row, in nats: {@code loss_r = logsumexp(x_r) − (1 − λ) x_{r,t_r} −
 * λ mean_c(x_{r,c})} with label smoothing λ. A row with a negative target has loss 0 and gradient
 * 0.
 */
public interface CrossEntropyKernel {
  /**
   * Losses by row.
   *
   * @param logits {@code [R, C]}
   * @param targets I32 {@code [R]}, each below C
   * @param labelSmoothing λ in [0, 1)
   * @param losses {@code [R]}
   * @throws IndexOutOfBoundsException as in {@link org.polyak.spi.Kernels#gatherRows}, when a
   *     target is not below C
   */
  void forward(Tensor logits, Tensor targets, double labelSmoothing, Tensor losses);

  /**
   * Gradient for the logits, overwritten.
   *
   * @param logits as in the forward pass
   * @param targets as in the forward pass
   * @param labelSmoothing as in the forward pass
   * @param lossGradients {@code [R]}
   * @param logitGradients {@code [R, C]}
   */
  void backward(
      Tensor logits,
      Tensor targets,
      double labelSmoothing,
      Tensor lossGradients,
      Tensor logitGradients);
}
