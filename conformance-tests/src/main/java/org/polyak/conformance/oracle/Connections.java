package org.polyak.conformance.oracle;

/**
 * Residual connections around an attention sublayer with output a, on the iterate x (Momentum
 * Transformer, section 3.2). All arrays have the shape of x.
 */
public final class Connections {
  private Connections() {}

  /**
   * Iterate and velocity after one layer of the velocity form.
   *
   * @param iterate x′
   * @param velocity v′
   */
  public record Step(Array iterate, Array velocity) {}

  /**
   * Gradients of the velocity form; those of a fixed coefficient are those of {@code coefficient}
   * summed.
   *
   * @param iterate for x
   * @param attention for a
   * @param velocity for v
   * @param coefficient for μ, element by element
   */
  public record StepGradients(Array iterate, Array attention, Array velocity, Array coefficient) {}

  /**
   * Gradients of eq. 15.
   *
   * @param iterate for x
   * @param attention for a
   * @param previous for the previous iterate
   * @param coefficient for β̃, element by element
   */
  public record Equation15Gradients(
      Array iterate, Array attention, Array previous, Array coefficient) {}

  /** The ordinary residual connection, x + a. Both gradients are the output's. */
  public static Array plain(Array x, Array a) {
    return x.plus(a);
  }

  /**
   * The velocity form of the released code: v′ = μ v − a; x′ = x − s v′. With v = 0 before the
   * first layer, x′ = x + s Σ_r μ^(l−r) a_r.
   *
   * @param mu μ, in the shape of x: constant, or the adaptive coefficient spread over its tokens
   * @param stepSize s
   */
  public static Step velocity(Array x, Array a, Array v, Array mu, double stepSize) {
    Array velocity = mu.times(v).minus(a);
    return new Step(x.minus(velocity.times(stepSize)), velocity);
  }

  /**
   * Gradients of {@code Σ iterateGradient · x′ + Σ velocityGradient · v′}: with the total dv′ =
   * velocityGradient − s · iterateGradient, da = −dv′, dv = μ dv′, dμ = v dv′, dx =
   * iterateGradient.
   */
  public static StepGradients velocityBackward(
      Array v, Array mu, double stepSize, Array iterateGradient, Array velocityGradient) {
    Array total = velocityGradient.minus(iterateGradient.times(stepSize));
    return new StepGradients(iterateGradient, total.times(-1), mu.times(total), v.times(total));
  }

  /**
   * Eq. 15: a + x + β̃ (x − x_prev). As printed the last term is X − T_{l−1}(X); it is read as the
   * difference of consecutive iterates, which is what heavy ball (eq. 9) has.
   *
   * @param betaTilde β̃, in the shape of x
   */
  public static Array equation15(Array x, Array a, Array previous, Array betaTilde) {
    return a.plus(x).plus(betaTilde.times(x.minus(previous)));
  }

  /** Gradients of {@code Σ outGradient · out} for {@link #equation15}. */
  public static Equation15Gradients equation15Backward(
      Array x, Array previous, Array betaTilde, Array outGradient) {
    Array momentum = betaTilde.times(outGradient);
    return new Equation15Gradients(
        outGradient.plus(momentum),
        outGradient,
        momentum.times(-1),
        x.minus(previous).times(outGradient));
  }
}
