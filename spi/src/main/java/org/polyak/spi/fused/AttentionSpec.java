package org.polyak.spi.fused;

/**
 * A member of the linear attention family, described rather than enumerated.
 *
 * @param featureMap φ
 * @param normaliser the denominator
 * @param rule the recurrence of the state
 * @param causal whether row i sees keys j ≤ i only; otherwise every row reads the final state
 * @param padding what padded keys do to a causal state
 * @param schedule the order of evaluation
 */
public record AttentionSpec(
    FeatureMap featureMap,
    Normaliser normaliser,
    UpdateRule rule,
    boolean causal,
    Padding padding,
    Schedule schedule) {
  /** Checks that the rule allows the direction. */
  public AttentionSpec {
    if (!causal && !(rule instanceof UpdateRule.Additive)) {
      throw new IllegalArgumentException(
          "A rule with momentum is a recurrence over tokens and needs causal attention. For eq. 14 weigh the values and use the additive rule.");
    }
  }

  /** The same function evaluated in another order. */
  public AttentionSpec withSchedule(Schedule other) {
    return new AttentionSpec(featureMap, normaliser, rule, causal, padding, other);
  }
}
