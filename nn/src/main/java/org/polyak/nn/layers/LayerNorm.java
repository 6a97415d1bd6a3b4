package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;

/** Layer normalisation over the last axis, with gain 1 and bias 0 at first. */
public final class LayerNorm {
  private final Variable weight;
  private final Variable bias;
  private final double epsilon;

  /**
   * Creates {@code weight} (the gain) and {@code bias}, both [width].
   *
   * @param factory where the parameters go
   * @param width extent of the last axis
   * @param epsilon added to the variance
   */
  public LayerNorm(ParameterFactory factory, int width, double epsilon) {
    this.weight = factory.filled("weight", 1, width);
    this.bias = factory.filled("bias", 0, width);
    this.epsilon = epsilon;
  }

  /** Normalises [.., width]. */
  public Variable forward(Ops ops, Variable x) {
    return ops.layerNorm(x, weight, bias, epsilon);
  }
}
