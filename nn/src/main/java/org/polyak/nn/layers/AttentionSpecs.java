package org.polyak.nn.layers;

import org.polyak.nn.layers.AttentionConfig.Momentum;
import org.polyak.nn.layers.AttentionConfig.Weighting;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Translates a model's attention to the backend's description. */
final class AttentionSpecs {
  private AttentionSpecs() {}

  /** The recurrence over whole sequences; end-anchored weights are left to the values. */
  static AttentionSpec parallel(AttentionConfig config, boolean causal) {
    return spec(
        normaliser(config),
        causal,
        config instanceof Momentum momentum && momentum.weighting() == Weighting.EQ13
            ? new UpdateRule.Momentum(momentum.beta(), momentum.gamma())
            : new UpdateRule.Additive());
  }

  /**
   * The recurrence of generation: eq. 12 for every momentum attention. It divides by nothing where
   * the whole sequence is divided by √N, since a step does not know N.
   */
  static AttentionSpec stepwise(AttentionConfig config) {
    Normaliser normaliser = normaliser(config);
    return spec(
        normaliser instanceof Normaliser.SquareRootLength ? new Normaliser.None() : normaliser,
        true,
        config instanceof Momentum momentum
            ? new UpdateRule.Momentum(momentum.beta(), momentum.gamma())
            : new UpdateRule.Additive());
  }

  private static Normaliser normaliser(AttentionConfig config) {
    return switch (config) {
      case AttentionConfig.Linear linear -> new Normaliser.KeySum(linear.epsilon());
      case Momentum momentum -> new Normaliser.KeySum(momentum.epsilon());
      case AttentionConfig.LinearUnnormalised linear -> new Normaliser.SquareRootLength();
      case AttentionConfig.Softmax softmax ->
          throw new IllegalArgumentException("Softmax attention has no linear recurrence.");
    };
  }

  private static AttentionSpec spec(Normaliser normaliser, boolean causal, UpdateRule rule) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE, normaliser, rule, causal, Padding.DECAY, new Schedule.Automatic());
  }
}
