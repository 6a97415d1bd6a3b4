package org.polyak.nn.layers;

import org.polyak.nn.layers.AttentionConfig.Momentum;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.spi.fused.Activation;

/**
 * The shape of a transformer. Impossible values are refused with a message that names the key.
 *
 * @param layers number of blocks
 * @param width E, width of the residual stream
 * @param heads H
 * @param keyDim K, channels of queries and keys per head
 * @param valueDim V, channels of values per head
 * @param feedForwardWidth hidden width of the feed-forward part
 * @param activation its non-linearity
 * @param dropout rate in [0, 1), after attention and twice in the feed-forward part
 * @param placement where layer normalisation sits
 * @param finalNorm whether a layer normalisation follows the last block
 * @param causal whether a token sees only itself and what came before (decoder), or everything
 *     (encoder)
 * @param maximumLength the longest sequence that generation must hold
 * @param attention the attention
 * @param connection how attention joins the residual stream
 */
public record TransformerConfig(
    int layers,
    int width,
    int heads,
    int keyDim,
    int valueDim,
    int feedForwardWidth,
    Activation activation,
    double dropout,
    NormPlacement placement,
    boolean finalNorm,
    boolean causal,
    int maximumLength,
    AttentionConfig attention,
    ConnectionConfig connection) {
  /** ε of every layer normalisation. */
  public static final double NORM_EPSILON = 1e-5;

  /** Where layer normalisation sits. */
  public enum NormPlacement {
    /** After each residual sum: {@code LN(x + f(x))}, as in the copy and image tasks. */
    POST,
    /** Before each part: {@code x + f(LN(x))}, as in the Long Range Arena. */
    PRE
  }

  /** Checks sizes, rates, and that attention and connection fit the direction. */
  public TransformerConfig {
    requirePositive("layers", layers);
    requirePositive("width", width);
    requirePositive("heads", heads);
    requirePositive("keyDim", keyDim);
    requirePositive("valueDim", valueDim);
    requirePositive("feedForwardWidth", feedForwardWidth);
    requirePositive("maximumLength", maximumLength);
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must lie in [0, 1), not " + dropout + ".");
    }
    if (attention instanceof Momentum momentum
        && causal == (momentum.weighting() == Weighting.NON_CAUSAL)) {
      throw new IllegalArgumentException(
          causal
              ? "attention.weighting = non-causal needs a bidirectional model. For a causal one use eq13 or released."
              : "attention.weighting = %s needs a causal model. For a bidirectional one use non-causal."
                  .formatted(momentum.weighting() == Weighting.EQ13 ? "eq13" : "released"));
    }
    if (causal && perSample(connection)) {
      throw new IllegalArgumentException(
          "connection.adaptive.norm = sample needs a bidirectional model: a norm over all tokens would show a causal model the future. Use token.");
    }
  }

  /**
   * A causal transformer in the usual proportions: keys and values of {@code width/heads} channels,
   * a feed-forward part four times as wide with ReLU, no dropout, and layer normalisation after
   * each part and after the last block.
   *
   * @throws IllegalArgumentException when the heads do not divide the width
   */
  public static TransformerConfig decoder(
      int layers,
      int width,
      int heads,
      int maximumLength,
      AttentionConfig attention,
      ConnectionConfig connection) {
    requirePositive("heads", heads);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "width must be a multiple of heads, not %d of %d.".formatted(width, heads));
    }
    return new TransformerConfig(
        layers,
        width,
        heads,
        width / heads,
        width / heads,
        4 * width,
        Activation.RELU,
        0,
        NormPlacement.POST,
        true,
        true,
        maximumLength,
        attention,
        connection);
  }

  private static boolean perSample(ConnectionConfig connection) {
    return switch (connection) {
      case ConnectionConfig.AdaptiveVelocity adaptive ->
          adaptive.coefficient().norm() == AdaptiveCoefficient.Norm.SAMPLE;
      case ConnectionConfig.AdaptiveHeavyBall adaptive ->
          adaptive.coefficient().norm() == AdaptiveCoefficient.Norm.SAMPLE;
      case ConnectionConfig.Plain plain -> false;
      case ConnectionConfig.Velocity velocity -> false;
      case ConnectionConfig.HeavyBall heavyBall -> false;
    };
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1, not " + value + ".");
    }
  }
}
