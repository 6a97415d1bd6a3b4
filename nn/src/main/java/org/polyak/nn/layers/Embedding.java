package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;

/** A vector for each token. Initial values are standard normal, as in PyTorch. */
public final class Embedding {
  private final Variable weight;

  /**
   * Creates {@code weight} [vocabulary, width].
   *
   * @param factory where the parameter goes
   * @param vocabulary number of tokens
   * @param width width of a vector
   */
  public Embedding(ParameterFactory factory, int vocabulary, int width) {
    weight = factory.gaussian("weight", 1, vocabulary, width);
  }

  /**
   * Looks tokens up.
   *
   * @param tokens I32 [R], each in [0, vocabulary)
   * @return [R, width]
   */
  public Variable forward(Ops ops, Variable tokens) {
    return ops.gatherRows(weight, tokens);
  }
}
