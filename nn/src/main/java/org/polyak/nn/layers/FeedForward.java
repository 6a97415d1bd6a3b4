package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.Activation;

/** {@code dropout(linear2(dropout(f(linear1(x)))))}, token by token. */
public final class FeedForward {
  private final Linear expand;
  private final Linear contract;
  private final Activation activation;
  private final double dropout;

  /**
   * Creates {@code linear1} and {@code linear2} directly under the factory's path.
   *
   * @param factory where the parameters go
   * @param width width of input and output
   * @param hidden width between
   * @param activation f
   * @param dropout rate in [0, 1)
   */
  public FeedForward(
      ParameterFactory factory, int width, int hidden, Activation activation, double dropout) {
    this.expand = new Linear(factory.under("linear1"), width, hidden);
    this.contract = new Linear(factory.under("linear2"), hidden, width);
    this.activation = activation;
    this.dropout = dropout;
  }

  /** From [.., width] to [.., width]. */
  public Variable forward(Ops ops, Variable x) {
    Variable hidden = expand.forward(ops, x, activation, dropout);
    return contract.forward(ops, hidden, Activation.IDENTITY, dropout);
  }
}
