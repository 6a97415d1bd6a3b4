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
    List<Variable> projected = projections.forward(ops, x);
    Variable queries = byHead(ops, projected.get(0), keyDim);
    Variable keys = byHead(ops, projected.get(1), keyDim);
    Variable values = byHead(ops, projected.get(2), valueDim);
    Variable out;
    if (config instanceof AttentionConfig.Softmax) {
      out = ops.softmaxAttention(queries, keys, values, lengths, causal, 1 / Math.sqrt(keyDim));
    } else {
      if (config instanceof Momentum momentum && momentum.weighting() != Weighting.EQ13) {
        values = EndAnchoredWeights.apply(ops, momentum, values, lengths);
      }
      AttentionSpec spec = AttentionSpecs.parallel(config, causal);
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
    List<Variable> projected = projections.forward(ops, x);
    Variable query = byHead(ops, projected.get(0), keyDim);
    Variable key = byHead(ops, projected.get(1), keyDim);
    Variable value = byHead(ops, projected.get(2), valueDim);
    Variable out =
        switch (cache) {
          case AttentionCache.Recurrent recurrent -> {
            AttentionSpec spec = AttentionSpecs.stepwise(config);
            Variable read = ops.advance(spec, query, key, value, recurrent.state());
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

  /** From [B, N, H·D] to [B, N, H, D]. */
  private Variable byHead(Ops ops, Variable x, int channels) {
    return ops.reshape(x, x.shape().dim(0), x.shape().dim(1), heads, channels);
  }

  /** From [B, N, H, V] through the output projection and dropout. */
  private Variable merge(Ops ops, Variable x) {
    Variable joined = ops.reshape(x, x.shape().dim(0), x.shape().dim(1), heads * valueDim);
    return outProjection.forward(ops, joined, Activation.IDENTITY, dropout);
  }
}
