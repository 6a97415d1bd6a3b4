package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.Connection.Joined;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;

/**
 * Attention and feed-forward part with their residual connections. Post-norm: {@code x' =
 * LN₁(join(x, attention(x)))}, {@code out = LN₂(x' + ff(x'))}. Pre-norm: {@code x' = join(x,
 * attention(LN₁(x)))}, {@code out = x' + ff(LN₂(x'))}.
 */
public final class TransformerBlock {
  private final SelfAttention attention;
  private final FeedForward feedForward;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final ConnectionConfig connection;
  private final NormPlacement placement;

  /**
   * Creates {@code attention}, {@code linear1}, {@code linear2}, {@code norm1} and {@code norm2}.
   *
   * @param factory where the parameters go
   * @param config sizes and variants
   */
  public TransformerBlock(ParameterFactory factory, TransformerConfig config) {
    attention = new SelfAttention(factory.under("attention"), config);
    feedForward =
        new FeedForward(
            factory,
            config.width(),
            config.feedForwardWidth(),
            config.activation(),
            config.dropout());
    norm1 = new LayerNorm(factory.under("norm1"), config.width(), TransformerConfig.NORM_EPSILON);
    norm2 = new LayerNorm(factory.under("norm2"), config.width(), TransformerConfig.NORM_EPSILON);
    connection = config.connection();
    placement = config.placement();
  }

  SelfAttention attention() {
    return attention;
  }

  /** How the block runs its attention: over whole sequences, or one step with a cache. */
  @FunctionalInterface
  interface Attend {
    Variable apply(SelfAttention attention, Variable x);
  }

  /**
   * One block.
   *
   * @param x [B, N, E]
   * @param state of the connection, from the block before
   * @param attend how to attend
   */
  Joined forward(Ops ops, Variable x, ConnectionState state, Attend attend) {
    return switch (placement) {
      case POST -> {
        Variable attended = attend.apply(attention, x);
        Joined joined = Connection.join(ops, connection, x, attended, state);
        Variable middle = norm1.forward(ops, joined.out());
        Variable sum = ops.add(middle, feedForward.forward(ops, middle));
        yield new Joined(norm2.forward(ops, sum), joined.state());
      }
      case PRE -> {
        Variable attended = attend.apply(attention, norm1.forward(ops, x));
        Joined joined = Connection.join(ops, connection, x, attended, state);
        Variable middle = joined.out();
        Variable sum = ops.add(middle, feedForward.forward(ops, norm2.forward(ops, middle)));
        yield new Joined(sum, joined.state());
      }
    };
  }
}
