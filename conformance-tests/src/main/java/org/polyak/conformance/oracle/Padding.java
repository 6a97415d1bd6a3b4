package org.polyak.conformance.oracle;

/** What a padded position does to the carried state of momentum attention. It never adds to it. */
public enum Padding {
  /** Time goes on: m decays by β and s still moves by −γ m. */
  DECAY,
  /** Time stops: m, s and z stay as after the last real key. */
  FREEZE
}
