package org.polyak.spi.fused;

/** The point-wise non-linearity of a feed-forward block. */
public enum Activation {
  /** f(x) = x. */
  IDENTITY,
  /** max(x, 0); gradient 0 at 0. */
  RELU,
  /** x Φ(x) with the exact error function. */
  GELU,
  /** x σ(x). */
  SILU
}
