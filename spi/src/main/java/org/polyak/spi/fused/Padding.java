package org.polyak.spi.fused;

/**
 * What a padded key (position at or beyond its sequence's length) does to a causal state. It never
 * adds to S, m or z. The two differ only for rules with momentum, and only in rows beyond the
 * length and in the final state.
 */
public enum Padding {
  /** Time goes on: m decays and S still moves by −γ m. */
  DECAY,
  /** Time stops: the state stays as after the last real key. */
  FREEZE
}
