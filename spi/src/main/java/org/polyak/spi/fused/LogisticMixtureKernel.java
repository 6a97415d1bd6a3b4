package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/**
 * Negative log-likelihood, in nats, of one 8-bit channel under a discretised mixture of K
 * logistics. A row of parameters holds K mixture logits, K means, and K log-scales (clamped from
 * below at −7, with zero gradient there). With c = y − mean and r = e^(−log-scale), a component has
 * probability {@code σ(r(c + 1/255)) − σ(r(c − 1/255))}, the open side for y &lt; −0.999 and y &gt;
 * 0.999, and {@code r e^{rc} (1 + e^{rc})^{−2} / 127.5} where that difference is at most 10⁻⁵.
 */
public interface LogisticMixtureKernel {
  /**
   * Losses by row.
   *
   * @param parameters {@code [R, 3K]}
   * @param targets F32 {@code [R]}: {@code 2·byte/255 − 1}
   * @param losses {@code [R]}
   */
  void forward(Tensor parameters, Tensor targets, Tensor losses);

  /**
   * Gradient for the parameters, overwritten.
   *
   * @param parameters as in the forward pass
   * @param targets as in the forward pass
   * @param lossGradients {@code [R]}
   * @param parameterGradients {@code [R, 3K]}
   */
  void backward(Tensor parameters, Tensor targets, Tensor lossGradients, Tensor parameterGradients);
}
