package org.polyak.conformance.oracle;

/** φ, applied element-wise to queries and keys (Momentum Transformer, section 2.2). */
public enum FeatureMap {
  /** φ(x) = x. */
  IDENTITY,
  /** φ(x) = elu(x) + 1, that is x + 1 for x &gt; 0, else eˣ. */
  ELU_PLUS_ONE;

  /** φ(x). */
  public double apply(double x) {
    return switch (this) {
      case IDENTITY -> x;
      case ELU_PLUS_ONE -> x > 0 ? x + 1 : Math.exp(x);
    };
  }

  /** φ'(x); continuous at 0. */
  public double derivative(double x) {
    return switch (this) {
      case IDENTITY -> 1;
      case ELU_PLUS_ONE -> x > 0 ? 1 : Math.exp(x);
    };
  }
}
