package org.polyak.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AdaptiveCoefficient.Norm;
import org.polyak.nn.layers.AdaptiveCoefficient.Order;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.models.ModelConfig.Positions;
import org.polyak.spi.fused.Activation;

class ModelConfigTest {
  @Test
  void impossibleSizesNameTheirKey() {
    assertRefused(
        () -> new ModelConfig(0, 1, Positions.ADDED, transformer(16, 1, 4, 0)),
        "vocabulary must be at least 1");
    assertRefused(
        () -> new ModelConfig(2, 0, Positions.ADDED, transformer(16, 1, 4, 0)),
        "outputs must be at least 1");
    assertRefused(
        () -> new ModelConfig(2, 1, Positions.CONCATENATED, transformer(18, 1, 4, 0)),
        "positions = concatenated needs a width that is a multiple of 4");
    assertRefused(
        () -> new ModelConfig(2, 1, Positions.ADDED, transformer(17, 1, 4, 0)),
        "positions = added needs a width that is a multiple of 2");
    assertRefused(() -> transformer(16, 0, 4, 0), "layers must be at least 1, not 0.");
    assertRefused(() -> transformer(16, 1, -4, 0), "heads must be at least 1, not -4.");
    assertRefused(() -> transformer(16, 1, 4, 1), "dropout must lie in [0, 1), not 1.0.");
    assertRefused(() -> transformer(16, 1, 4, Double.NaN), "dropout must lie in [0, 1), not NaN.");
  }

  @Test
  void impossibleMomentumNamesItsKey() {
    assertRefused(
        () ->
            new AttentionConfig.Momentum(
                1, 1, Weighting.EQ13, Anchor.TRUE, AttentionConfig.EPSILON),
        "attention.beta must lie in [0, 1), not 1.0.");
    assertRefused(
        () ->
            new AttentionConfig.Momentum(
                0.5, 0, Weighting.EQ13, Anchor.TRUE, AttentionConfig.EPSILON),
        "attention.gamma must be positive");
    assertRefused(() -> new ConnectionConfig.Velocity(1.2, 1), "connection.momentum");
    assertRefused(() -> new ConnectionConfig.Velocity(0.2, -1), "connection.stepSize");
    assertRefused(() -> new ConnectionConfig.HeavyBall(-0.1), "connection.momentum");
    assertRefused(
        () -> new AdaptiveCoefficient(0, Order.SQUARE_THEN_PROJECT, Norm.TOKEN, false),
        "connection.delta");
  }

  @Test
  void attentionAndConnectionMustFitTheDirection() {
    assertRefused(
        () ->
            TestModels.causal(
                TestModels.momentum(Weighting.NON_CAUSAL, Anchor.TRUE), TestModels.PLAIN),
        "attention.weighting = non-causal needs a bidirectional model");
    assertRefused(
        () -> TestModels.model(TestModels.MOMENTUM, TestModels.PLAIN, NormPlacement.POST, false, 0),
        "attention.weighting = eq13 needs a causal model");
    AdaptiveCoefficient perSample =
        new AdaptiveCoefficient(1e-3, Order.PROJECT_THEN_SQUARE, Norm.SAMPLE, false);
    assertRefused(
        () ->
            TestModels.causal(
                new AttentionConfig.Linear(AttentionConfig.EPSILON),
                new ConnectionConfig.AdaptiveHeavyBall(perSample)),
        "connection.adaptive.norm = sample needs a bidirectional model");
  }

  @Test
  void descriptionHasEveryKeyThatDecidesTheFunction() {
    ModelConfig config =
        TestModels.causal(
            TestModels.momentum(Weighting.RELEASED, Anchor.TRUE),
            new ConnectionConfig.AdaptiveVelocity(
                0.99, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED));
    assertThat(config.description())
        .containsEntry("attention", "momentum")
        .containsEntry("attention.beta", "0.6")
        .containsEntry("attention.weighting", "released")
        .containsEntry("attention.anchor", "true")
        .containsEntry("connection", "adaptive")
        .containsEntry("connection.stepSize", "0.99")
        .containsEntry("connection.delta", "1.0E-4")
        .containsEntry("connection.order", "square-then-project")
        .containsEntry("connection.norm", "token")
        .containsEntry("connection.detached", "false")
        .containsEntry("normPlacement", "post")
        .containsEntry("causal", "true")
        .containsEntry("connection.reference", "velocity")
        .hasSize(14 + 6 + 7);
  }

  @Test
  void decoderHasTheUsualProportions() {
    TransformerConfig decoder =
        TransformerConfig.decoder(3, 24, 4, 50, TestModels.MOMENTUM, TestModels.PLAIN);
    assertThat(decoder)
        .isEqualTo(
            new TransformerConfig(
                3,
                24,
                4,
                6,
                6,
                96,
                Activation.RELU,
                0,
                NormPlacement.POST,
                true,
                true,
                50,
                TestModels.MOMENTUM,
                TestModels.PLAIN));
    assertRefused(
        () -> TransformerConfig.decoder(3, 25, 4, 50, TestModels.MOMENTUM, TestModels.PLAIN),
        "width must be a multiple of heads, not 25 of 4.");
    assertRefused(
        () -> TransformerConfig.decoder(3, 24, 0, 50, TestModels.MOMENTUM, TestModels.PLAIN),
        "heads must be at least 1, not 0.");
  }

  @Test
  void shortFormsMeanTheReleasedSettings() {
    assertThat(new AttentionConfig.Momentum(0.6, 0.9))
        .isEqualTo(
            new AttentionConfig.Momentum(
                0.6, 0.9, Weighting.EQ13, Anchor.TRUE, AttentionConfig.EPSILON));
    assertThat(new ConnectionConfig.AdaptiveVelocity(0.99))
        .isEqualTo(
            new ConnectionConfig.AdaptiveVelocity(
                0.99, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED));
  }

  private static TransformerConfig transformer(int width, int layers, int heads, double dropout) {
    return new TransformerConfig(
        layers,
        width,
        heads,
        4,
        4,
        32,
        Activation.RELU,
        dropout,
        NormPlacement.POST,
        true,
        true,
        8,
        new AttentionConfig.Linear(AttentionConfig.EPSILON),
        TestModels.PLAIN);
  }

  private static void assertRefused(ThrowingCallable construction, String message) {
    assertThatThrownBy(construction)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
