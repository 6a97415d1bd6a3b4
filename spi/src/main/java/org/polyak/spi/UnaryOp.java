package org.polyak.spi;

/** Element-wise functions of one F32 argument. NaN in gives NaN out. */
public enum UnaryOp {
  /** −x. */
  NEGATE,
  /** |x|. */
  ABSOLUTE,
  /** −1, 0 or 1 with the sign of x. */
  SIGN,
  /** x². */
  SQUARE,
  /** √x. */
  SQUARE_ROOT,
  /** 1/x. */
  RECIPROCAL,
  /** eˣ. */
  EXPONENTIAL,
  /** Natural logarithm. */
  LOGARITHM,
  /** Hyperbolic tangent. */
  TANH,
  /** Gauss error function. */
  ERROR_FUNCTION,
  /** 1/(1+e⁻ˣ). */
  SIGMOID,
  /** ln(1+eˣ), without overflow. */
  SOFTPLUS,
  /** max(x, 0). */
  RELU,
  /** elu(x)+1: x+1 for x &gt; 0, else eˣ, to full relative accuracy for negative x. */
  ELU_PLUS_ONE
}
