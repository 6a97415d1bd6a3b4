package org.polyak.nn.optim;

import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.OptimizerRule.Adam;
import org.polyak.spi.fused.OptimizerRule.GradientDescent;
import org.polyak.spi.fused.OptimizerRule.RectifiedAdam;

/** The optimisers by the names under which they are known, with their usual settings. */
public final class OptimizerRules {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private OptimizerRules() {}

  /**
   * Stochastic gradient descent with heavy-ball momentum.
   *
   * @param momentum μ in [0, 1); 0 for plain descent
   * @param weightDecay λ, added to the gradient
   */
  public static OptimizerRule sgd(double momentum, double weightDecay) {
    return new GradientDescent(momentum, 0, false, weightDecay);
  }

  /** Stochastic gradient descent with Nesterov's momentum μ in (0, 1). */
  public static OptimizerRule nesterov(double momentum, double weightDecay) {
    return new GradientDescent(momentum, 0, true, weightDecay);
  }

  /** Adam with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸ and weight decay added to the gradient. */
  public static OptimizerRule adam(double weightDecay) {
    return new Adam(BETA1, BETA2, EPSILON, weightDecay, false);
  }

  /** Adam with decoupled weight decay: parameters shrink by ηλ before each update. */
  public static OptimizerRule adamW(double weightDecay) {
    return new Adam(BETA1, BETA2, EPSILON, weightDecay, true);
  }

  /** Rectified Adam as PyTorch has it: decay added to the gradient, rectified from ρ &gt; 5. */
  public static OptimizerRule radam(double weightDecay) {
    return new RectifiedAdam(BETA1, BETA2, EPSILON, weightDecay, false, false);
  }

  /**
   * Rectified Adam as the experiments of the Momentum Transformer used it: decoupled decay,
   * rectified from ρ ≥ 5. They also clipped each parameter's gradient to norm 1: {@link
   * GradientClipping.PerParameter}.
   */
  public static OptimizerRule radamOfThePaper(double weightDecay) {
    return new RectifiedAdam(BETA1, BETA2, EPSILON, weightDecay, true, true);
  }
}
