package org.polyak.spi.fused;

/** φ, applied element-wise to queries and keys. */
public enum FeatureMap {
  /** φ(x) = x. */
  IDENTITY,
  /** φ(x) = elu(x) + 1: x + 1 for x &gt; 0, else eˣ. Linear transformer. */
  ELU_PLUS_ONE
}
