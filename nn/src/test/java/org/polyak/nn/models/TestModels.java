package org.polyak.nn.models;

import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.models.ModelConfig.Positions;
import org.polyak.spi.fused.Activation;

/** Small models of every variant. */
final class TestModels {
  static final int VOCABULARY = 11;
  static final int WIDTH = 16;
  static final int MAXIMUM = 24;
  static final AttentionConfig MOMENTUM =
      new AttentionConfig.Momentum(
          0.6, 0.9, Weighting.EQ13, Anchor.PADDED, AttentionConfig.EPSILON);
  static final ConnectionConfig PLAIN = new ConnectionConfig.Plain();

  private TestModels() {}

  static ModelConfig causal(AttentionConfig attention, ConnectionConfig connection) {
    return model(attention, connection, NormPlacement.POST, true, 0);
  }

  static ModelConfig model(
      AttentionConfig attention,
      ConnectionConfig connection,
      NormPlacement placement,
      boolean causal,
      double dropout) {
    return new ModelConfig(
        VOCABULARY,
        VOCABULARY,
        Positions.CONCATENATED,
        new TransformerConfig(
            2,
            WIDTH,
            2,
            8,
            6,
            24,
            Activation.GELU,
            dropout,
            placement,
            true,
            causal,
            MAXIMUM,
            attention,
            connection));
  }

  static AttentionConfig momentum(Weighting weighting, Anchor anchor) {
    return new AttentionConfig.Momentum(0.6, 0.9, weighting, anchor, AttentionConfig.EPSILON);
  }
}
