package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.UnaryOp;

/**
 * The momentum that suits the curvature seen between two layers (eq. 17 and 18): from {@code r =
 * |difference| / |reference|}, {@code (1 − √r)²} limited to [0, 1 − δ].
 *
 * <p>Zero norms have a meaning instead of NaN, in value and gradient: a zero difference gives r =
 * 0, also when the reference is zero; another difference over a zero reference gives r = ∞.
 * Gradients through those cases are zero. Norms are computed from sums of squares in F32; what
 * underflows there (below about 10⁻²³) counts as zero.
 *
 * @param delta δ in (0, 1); 10⁻⁴ in the released code, 10⁻³ in the paper's text
 * @param order where the limits apply
 * @param norm over which axes
 * @param detached whether the coefficient is a constant for the backward pass; the released code
 *     differentiates through it
 */
public record AdaptiveCoefficient(double delta, Order order, Norm norm, boolean detached) {
  /** The released code: δ = 10⁻⁴, square then project, per token, differentiated. */
  public static final AdaptiveCoefficient RELEASED =
      new AdaptiveCoefficient(1e-4, Order.SQUARE_THEN_PROJECT, Norm.TOKEN, false);

  /** √r that stands for ∞: its square is finite in F32 and far above every limit. */
  private static final double INFINITE_ROOT = 1e18;

  /** When the limits apply. They differ where r &gt; 1. */
  public enum Order {
    /** {@code clamp((1 − √r)²)}: the released code. A large r gives the largest momentum. */
    SQUARE_THEN_PROJECT,
    /** {@code clamp(1 − √r)²}: as eq. 17 and 18 are typeset. A large r gives none. */
    PROJECT_THEN_SQUARE
  }

  /** Over what norms are taken. */
  public enum Norm {
    /** The channels of each token: coefficient [B, N, 1]. Layers stay causal. */
    TOKEN,
    /** All tokens and channels of a sample: coefficient [B, 1, 1]. Bidirectional models only. */
    SAMPLE
  }

  /** Checks δ. */
  public AdaptiveCoefficient {
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("connection.delta must lie in (0, 1), not " + delta + ".");
    }
  }

  /**
   * The coefficient.
   *
   * @param difference [B, N, E]
   * @param reference [B, N, E]
   * @return [B, N, 1] or [B, 1, 1]
   */
  public Variable of(Ops ops, Variable difference, Variable reference) {
    Variable above = squaredNorm(ops, difference);
    Variable below = squaredNorm(ops, reference);
    Variable zero = ops.filled(0);
    Variable one = ops.filled(1);
    Variable changed = ops.less(zero, above);
    Variable known = ops.less(zero, below);
    // Selecting before the roots keeps their infinite slope at 0 out of the gradient.
    Variable ratio =
        ops.divide(
            root(ops, ops.select(changed, above, one)), root(ops, ops.select(known, below, one)));
    Variable finite = ops.select(known, root(ops, ratio), ops.filled(INFINITE_ROOT));
    Variable rootOfRatio = ops.select(changed, finite, zero);
    Variable complement = ops.shift(ops.scale(rootOfRatio, -1), 1);
    Variable coefficient =
        switch (order) {
          case SQUARE_THEN_PROJECT ->
              ops.clamp(ops.unary(UnaryOp.SQUARE, complement), 0, 1 - delta);
          case PROJECT_THEN_SQUARE ->
              ops.unary(UnaryOp.SQUARE, ops.clamp(complement, 0, 1 - delta));
        };
    return detached ? ops.detach(coefficient) : coefficient;
  }

  private Variable squaredNorm(Ops ops, Variable x) {
    Variable perToken = ops.sum(ops.unary(UnaryOp.SQUARE, x), 2);
    return norm == Norm.TOKEN ? perToken : ops.sum(perToken, 1);
  }

  private static Variable root(Ops ops, Variable x) {
    return ops.unary(UnaryOp.SQUARE_ROOT, x);
  }
}
