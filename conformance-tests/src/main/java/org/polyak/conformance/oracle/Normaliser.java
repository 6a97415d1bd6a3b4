package org.polyak.conformance.oracle;

/** What the read-out φ(q_i)ᵀ s_i is divided by. */
public sealed interface Normaliser {
  /** Nothing. */
  record None() implements Normaliser {}

  /**
   * φ(q_i)ᵀ z_i + ε: the denominator of eq. 7, 8 and 12 to 14, which carries no momentum.
   *
   * @param epsilon ε; 0 in the papers, 10⁻⁶ in the released code
   */
  record KeySum(double epsilon) implements Normaliser {}

  /**
   * √N with N the number of keys, padding included: the form of the Long Range Arena experiments,
   * which scale φ(q) and φ(k) by N^(−1/4) each.
   */
  record SquareRootLength() implements Normaliser {}

  /** Whether the denominator is the key sum. */
  default boolean isKeySum() {
    return this instanceof KeySum;
  }

  /**
   * The denominator.
   *
   * @param keySum φ(q_i)ᵀ z_i
   * @param keyCount N
   */
  default double denominator(double keySum, int keyCount) {
    return switch (this) {
      case None() -> 1;
      case KeySum(double epsilon) -> keySum + epsilon;
      case SquareRootLength() -> Math.sqrt(keyCount);
    };
  }
}
