package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.Activation;

/**
 * {@code f(x·weightᵀ + bias)}. Initial values are uniform in ±1/√in, weight and bias alike, as in
 * PyTorch.
 */
public final class Linear {
  private final Variable weight;
  private final Variable bias;

  /**
   * Creates {@code weight} [out, in] and {@code bias} [out].
   *
   * @param factory where the parameters go
   * @param in width of the input
   * @param out width of the output
   */
  public Linear(ParameterFactory factory, int in, int out) {
    double bound = bound(in);
    weight = factory.uniform("weight", bound, out, in);
    bias = factory.uniform("bias", bound, out);
  }

  /** Of initial values. */
  static double bound(int in) {
    return 1 / Math.sqrt(in);
  }

  /** From [.., in] to [.., out]. */
  public Variable forward(Ops ops, Variable x) {
    return ops.linear(x, weight, bias);
  }

  /** From [.., in] to [.., out], followed by an activation and dropout of a rate in [0, 1). */
  public Variable forward(Ops ops, Variable x, Activation activation, double dropout) {
    return ops.linear(x, weight, bias, activation, dropout);
  }
}
