package org.polyak.spi.fused;

import org.polyak.spi.Tensor;

/** {@code out = f(x + bias)} for one activation f. */
public interface BiasActivationKernel {
  /**
   * Adds the bias to every row and applies the activation.
   *
   * @param in {@code [R, E]}
   * @param bias {@code [E]}
   * @param out {@code [R, E]}; may be {@code in} itself when the activation is the identity
   */
  void forward(Tensor in, Tensor bias, Tensor out);

  /**
   * Gradients, each overwritten.
   *
   * @param in as in the forward pass
   * @param bias as in the forward pass
   * @param outGradient {@code [R, E]}
   * @param inGradient {@code [R, E]}; may be {@code outGradient} itself
   * @param biasGradient {@code [E]}
   */
  void backward(Tensor in, Tensor bias, Tensor outGradient, Tensor inGradient, Tensor biasGradient);
}
