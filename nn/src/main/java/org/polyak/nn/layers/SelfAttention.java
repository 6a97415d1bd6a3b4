package org.polyak.nn.layers;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AttentionConfig.Momentum;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.Projections.Projection;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;

/**
 * Multi-head self-attention between projections with bias: E → H×K for queries and keys, E → H×V
 * for values, H×V → E for the output, which dropout follows.
 */
public final class SelfAttention {
  private final AttentionConfig config;
  private final boolean causal;

  /** Null for softmax. */
  private final @Nullable AttentionSpec spec;

  private final int heads;
  private final int keyDim;
  private final int valueDim;
  private final int maximumLength;
  private final double dropout;
  private final Projections projections;
  private final Linear outProjection;

  /**
   * Creates {@code query_projection}, {@code key_projection}, {@code value_projection} and {@code
   * out_projection}.
   *
   * @param factory where the parameters go
   * @param config the model's attention and sizes
   * @throws IllegalArgumentException when the weighting does not fit the direction
   */
  public SelfAttention(ParameterFactory factory, TransformerConfig config) {
    this.config = config.attention();
    this.causal = config.causal();
    this.spec =
        config.attention() instanceof AttentionConfig.Softmax
            ? null
            : AttentionSpecs.parallel(config.attention(), causal);
    this.heads = config.heads();
    this.keyDim = config.keyDim();
    this.valueDim = config.valueDim();
    this.maximumLength = config.maximumLength();
    this.dropout = config.dropout();
    int width = config.width();
    projections =
        new Projections(
            factory,
            width,
            List.of(
                new Projection("query_projection", heads * keyDim),
                new Projection("key_projection", heads * keyDim),
                new Projection("value_projection", heads * valueDim)));
    outProjection = new Linear(factory.under("out_projection"), heads * valueDim, width);
  }

  /**
   * Attends over whole sequences.
   *
   * @param x [B, N, E]
   * @param lengths true length of each sequence, the rest being padding; null when none is padded
   * @return [B, N, E]
   */
  public Variable forward(Ops ops, Variable x, int @Nullable [] lengths) {
    List<Variable> projected = projected(ops, x);
    Variable queries = projected.get(0);
    Variable keys = projected.get(1);
    Variable values = projected.get(2);
    Variable out;
    if (spec == null) {
      out = ops.softmaxAttention(queries, keys, values, lengths, causal, 1 / Math.sqrt(keyDim));
    } else {
      if (config instanceof Momentum momentum && momentum.weighting() != Weighting.EQ13) {
        values = EndAnchoredWeights.apply(ops, momentum, values, lengths);
      }
      out = ops.attention(spec, queries, keys, values, lengths);
    }
    return merge(ops, out);
  }

  /** What {@link #step} needs before the first token, in the scope of the operations. */
  AttentionCache cache(Ops ops, int batch) {
    return config instanceof AttentionConfig.Softmax
        ? new AttentionCache.KeyValue(ops, batch, maximumLength, heads, keyDim, valueDim)
        : new AttentionCache.Recurrent(
            ops.initialState(AttentionSpecs.stepwise(config), batch, heads, keyDim, valueDim));
  }

  /**
   * Attends from the next token to itself and to all tokens before it.
   *
   * @param x [B, 1, E]
   * @param cache updated in place
   * @return [B, 1, E]
   */
  Variable step(Ops ops, Variable x, AttentionCache cache) {
    List<Variable> projected = projected(ops, x);
    Variable query = projected.get(0);
    Variable key = projected.get(1);
    Variable value = projected.get(2);
    Variable out =
        switch (cache) {
          case AttentionCache.Recurrent recurrent -> {
            Variable read =
                ops.advance(AttentionSpecs.stepwise(config), query, key, value, recurrent.state());
            yield config instanceof AttentionConfig.LinearUnnormalised
                ? ops.scale(read, 1 / Math.sqrt(maximumLength))
                : read;
          }
          case AttentionCache.KeyValue past -> {
            past.append(ops.engine().kernels(), key, value);
            double scale = 1 / Math.sqrt(keyDim);
            yield ops.softmaxAttention(query, past.keys(), past.values(), null, false, scale);
          }
        };
    return merge(ops, out);
  }

  /** From [B, N, E] to queries and keys [B, N, H, K] and values [B, N, H, V]. */
  private List<Variable> projected(Ops ops, Variable x) {
    return ops.splitHeads(projections.forward(ops, x), heads, keyDim, keyDim, valueDim);
  }

  /** From [B, N, H, V] through the output projection and dropout. */
  private Variable merge(Ops ops, Variable x) {
    Variable joined = ops.reshape(x, x.shape().dim(0), x.shape().dim(1), heads * valueDim);
    return outProjection.forward(ops, joined, Activation.IDENTITY, dropout);
  }
}
