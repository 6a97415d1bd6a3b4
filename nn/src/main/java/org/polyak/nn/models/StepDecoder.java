package org.polyak.nn.models;

import org.polyak.nn.layers.TransformerCache;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Scope;

/**
 * Generation with a causal model, one token of each sequence at a time. What was seen is carried in
 * a state whose size does not grow: for the linear family the recurrent state, for softmax
 * attention keys and values with room for the model's maximum length.
 *
 * <p>Each step gives the model's output for the last token, as {@link SequenceModel#forward} over
 * all tokens so far would, up to rounding. Two attentions are exceptions. The {@code released}
 * weighting generates by eq. 12, as the released code does, while its training weights depend on
 * the sequence's end. {@code linear-unnormalised} divides by the square root of the model's maximum
 * length, as for sequences of that length.
 */
public final class StepDecoder implements AutoCloseable {
  private final SequenceModel model;
  private final Engine engine;
  private final Scope scope;
  private final TransformerCache cache;
  private final int batch;
  private int position;

  /**
   * Before the first token.
   *
   * @param model a causal model
   * @param engine the model's backend
   * @param parent owner of a scope for the state, which {@link #close} closes
   * @param batch number of sequences
   * @throws IllegalStateException when the model is bidirectional
   */
  public StepDecoder(SequenceModel model, Engine engine, Scope parent, int batch) {
    this.model = model;
    this.engine = engine;
    this.batch = batch;
    this.scope = parent.child("generation");
    this.cache = model.cache(Ops.inference(engine, scope), batch);
  }

  /** Number of tokens consumed. */
  public int position() {
    return position;
  }

  /**
   * Consumes one token of each sequence.
   *
   * @param tokens B token ids in [0, vocabulary)
   * @return B·outputs numbers, sequence by sequence: the head's output at that token
   * @throws IllegalArgumentException when the model's maximum length is reached
   */
  public float[] step(int... tokens) {
    if (tokens.length != batch) {
      throw new IllegalArgumentException(
          "A step takes one token for each of %d sequences, not %d."
              .formatted(batch, tokens.length));
    }
    try (Scope scratch = scope.child("token " + position)) {
      Ops ops = Ops.inference(engine, scratch);
      float[] outputs = ops.toFloats(model.step(ops, tokens, position, cache));
      position++;
      return outputs;
    }
  }

  /** Gives the state's memory back. */
  @Override
  public void close() {
    scope.close();
  }
}
