package org.polyak.nn.layers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.Connection.Joined;
import org.polyak.nn.ops.Ops;

/** A stack of blocks: an encoder when bidirectional, a decoder when causal. */
public final class Transformer {
  private final TransformerConfig config;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final @Nullable LayerNorm finalNorm;

  /**
   * Creates {@code layers.0}, {@code layers.1}, … and, when asked for, {@code norm}.
   *
   * @param factory where the parameters go
   * @param config sizes and variants
   */
  public Transformer(ParameterFactory factory, TransformerConfig config) {
    this.config = config;
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new TransformerBlock(factory.under("layers." + layer), config));
    }
    finalNorm =
        config.finalNorm()
            ? new LayerNorm(factory.under("norm"), config.width(), TransformerConfig.NORM_EPSILON)
            : null;
  }

  /** The configuration it was built from. */
  public TransformerConfig config() {
    return config;
  }

  /**
   * Runs whole sequences.
   *
   * @param x [B, N, E]
   * @param lengths true length of each sequence, the rest being padding; null when none is padded
   * @return [B, N, E]; rows of padding have no meaning
   */
  public Variable forward(Ops ops, Variable x, int @Nullable [] lengths) {
    Variable stream = x;
    ConnectionState state = ConnectionState.START;
    for (TransformerBlock block : blocks) {
      Joined joined =
          block.forward(ops, stream, state, (attention, in) -> attention.forward(ops, in, lengths));
      stream = joined.out();
      state = joined.state();
    }
    return normalised(ops, stream);
  }

  /**
   * The memory of a generation before its first token, in the scope of the operations.
   *
   * @throws IllegalStateException when the model is bidirectional
   */
  public TransformerCache cache(Ops ops, int batch) {
    if (!config.causal()) {
      throw new IllegalStateException(
          "A bidirectional model cannot generate: each token would need the ones after it.");
    }
    return new TransformerCache(
        blocks.stream().map(block -> block.attention().cache(ops, batch)).toList());
  }

  /**
   * Runs the next token of each sequence. Equal to the last row of {@link #forward} over all tokens
   * so far, up to rounding, except for {@link AttentionConfig.Weighting#RELEASED}.
   *
   * @param x [B, 1, E]
   * @param cache of the tokens before, updated in place
   * @return [B, 1, E]
   */
  public Variable step(Ops ops, Variable x, TransformerCache cache) {
    Variable stream = x;
    ConnectionState state = ConnectionState.START;
    for (int layer = 0; layer < blocks.size(); layer++) {
      AttentionCache past = cache.layers().get(layer);
      Joined joined =
          blocks
              .get(layer)
              .forward(ops, stream, state, (attention, in) -> attention.step(ops, in, past));
      stream = joined.out();
      state = joined.state();
    }
    return normalised(ops, stream);
  }

  private Variable normalised(Ops ops, Variable x) {
    return finalNorm == null ? x : finalNorm.forward(ops, x);
  }
}
