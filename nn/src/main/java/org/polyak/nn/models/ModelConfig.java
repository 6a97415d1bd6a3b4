package org.polyak.nn.models;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;

/**
 * The shape of a {@link SequenceModel}. Impossible values are refused with a message that names the
 * key.
 *
 * @param vocabulary number of different tokens
 * @param outputs channels of the head: the vocabulary for text, three per mixture component for
 *     images
 * @param positions how positions enter
 * @param transformer the transformer between embedding and head
 */
public record ModelConfig(
    int vocabulary, int outputs, Positions positions, TransformerConfig transformer) {
  /** How the sinusoidal encoding of positions enters. */
  public enum Positions {
    /** Beside a token embedding of half the width, as in the paper's copy and image tasks. */
    CONCATENATED,
    /** Added to a token embedding of the full width. */
    ADDED
  }

  /** Checks the sizes. */
  public ModelConfig {
    requirePositive("vocabulary", vocabulary);
    requirePositive("outputs", outputs);
    int divisor = positions == Positions.CONCATENATED ? 4 : 2;
    if (transformer.width() % divisor != 0) {
      throw new IllegalArgumentException(
          "positions = %s needs a width that is a multiple of %d, since sines and cosines come in pairs; it is %d."
              .formatted(name(positions), divisor, transformer.width()));
    }
  }

  /** Channels of the position encoding. */
  public int positionWidth() {
    return switch (positions) {
      case CONCATENATED -> transformer.width() / 2;
      case ADDED -> transformer.width();
    };
  }

  /** Channels of the token embedding: the same. */
  public int embeddingWidth() {
    return positionWidth();
  }

  /**
   * Everything that decides which function the parameters compute, as text by key, for checkpoints
   * and reports. Dropout is left out: it does not change the trained function.
   */
  public SequencedMap<String, String> description() {
    SequencedMap<String, String> keys = new LinkedHashMap<>();
    keys.put("vocabulary", Integer.toString(vocabulary));
    keys.put("outputs", Integer.toString(outputs));
    keys.put("positions", name(positions));
    keys.put("layers", Integer.toString(transformer.layers()));
    keys.put("width", Integer.toString(transformer.width()));
    keys.put("heads", Integer.toString(transformer.heads()));
    keys.put("keyDim", Integer.toString(transformer.keyDim()));
    keys.put("valueDim", Integer.toString(transformer.valueDim()));
    keys.put("feedForwardWidth", Integer.toString(transformer.feedForwardWidth()));
    keys.put("activation", name(transformer.activation()));
    keys.put("normPlacement", name(transformer.placement()));
    keys.put("finalNorm", Boolean.toString(transformer.finalNorm()));
    keys.put("causal", Boolean.toString(transformer.causal()));
    keys.put("maximumLength", Integer.toString(transformer.maximumLength()));
    describe(keys, transformer.attention());
    describe(keys, transformer.connection());
    return keys;
  }

  private static void describe(SequencedMap<String, String> keys, AttentionConfig attention) {
    switch (attention) {
      case AttentionConfig.Softmax softmax -> keys.put("attention", "softmax");
      case AttentionConfig.Linear linear -> {
        keys.put("attention", "linear");
        keys.put("attention.epsilon", Double.toString(linear.epsilon()));
      }
      case AttentionConfig.LinearUnnormalised linear ->
          keys.put("attention", "linear-unnormalised");
      case AttentionConfig.Momentum momentum -> {
        keys.put("attention", "momentum");
        keys.put("attention.beta", Double.toString(momentum.beta()));
        keys.put("attention.gamma", Double.toString(momentum.gamma()));
        keys.put("attention.weighting", name(momentum.weighting()));
        if (momentum.weighting() != AttentionConfig.Weighting.EQ13) {
          keys.put("attention.anchor", name(momentum.anchor()));
        }
        keys.put("attention.epsilon", Double.toString(momentum.epsilon()));
      }
    }
  }

  private static void describe(SequencedMap<String, String> keys, ConnectionConfig connection) {
    switch (connection) {
      case ConnectionConfig.Plain plain -> keys.put("connection", "plain");
      case ConnectionConfig.Velocity velocity -> {
        keys.put("connection", "momentum");
        keys.put("connection.momentum", Double.toString(velocity.momentum()));
        keys.put("connection.stepSize", Double.toString(velocity.stepSize()));
      }
      case ConnectionConfig.HeavyBall heavyBall -> {
        keys.put("connection", "momentum-eq15");
        keys.put("connection.momentum", Double.toString(heavyBall.momentum()));
      }
      case ConnectionConfig.AdaptiveVelocity adaptive -> {
        keys.put("connection", "adaptive");
        keys.put("connection.stepSize", Double.toString(adaptive.stepSize()));
        keys.put("connection.reference", name(adaptive.reference()));
        describe(keys, adaptive.coefficient());
      }
      case ConnectionConfig.AdaptiveHeavyBall adaptive -> {
        keys.put("connection", "adaptive-eq15");
        describe(keys, adaptive.coefficient());
      }
    }
  }

  private static void describe(SequencedMap<String, String> keys, AdaptiveCoefficient coefficient) {
    keys.put("connection.delta", Double.toString(coefficient.delta()));
    keys.put("connection.order", name(coefficient.order()));
    keys.put("connection.norm", name(coefficient.norm()));
    keys.put("connection.detached", Boolean.toString(coefficient.detached()));
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(key + " must be at least 1, not " + value + ".");
    }
  }
}
