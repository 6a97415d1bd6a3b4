package org.polyak.spi.fused;

/**
 * The update rules of gradient-based optimisers, one record each. θ parameter, g gradient, η
 * learning rate, λ weight decay, t the step from 1. A rule says how many state tensors, shaped like
 * θ and zero at first, it carries.
 */
public sealed interface OptimizerRule {
  /** Number of state tensors shaped like the parameter. */
  int stateCount();

  /**
   * Gradient descent: {@code g += λθ}; with momentum μ &gt; 0, {@code b = μb + (1 − d)g} ({@code b
   * = g} at t = 1) and {@code g = b}, or {@code g + μb} with Nesterov; {@code θ −= ηg}. State: b.
   *
   * @param momentum μ in [0, 1)
   * @param dampening d
   * @param nesterov look ahead by one step
   * @param weightDecay λ, coupled
   */
  record GradientDescent(double momentum, double dampening, boolean nesterov, double weightDecay)
      implements OptimizerRule {
    @Override
    public int stateCount() {
      return momentum == 0 ? 0 : 1;
    }
  }

  /**
   * Adam, or AdamW when decay is decoupled: {@code m = β₁m + (1 − β₁)g}, {@code v = β₂v + (1 −
   * β₂)g²}, {@code θ −= η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)}. Coupled decay adds λθ to g;
   * decoupled decay first scales θ by 1 − ηλ. State: m, v.
   *
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon ε
   * @param weightDecay λ
   * @param decoupled whether decay is decoupled
   */
  record Adam(double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
      implements OptimizerRule {
    @Override
    public int stateCount() {
      return 2;
    }
  }

  /**
   * Rectified Adam: with {@code ρ_∞ = 2/(1 − β₂) − 1} and {@code ρ_t = ρ_∞ − 2tβ₂ᵗ/(1 − β₂ᵗ)}, the
   * Adam step without rectification replaced by {@code η r_t m̂ √(1 − β₂ᵗ)/(√v + ε)} once ρ_t
   * exceeds the threshold (5), where {@code r_t = √((ρ_t − 4)(ρ_t − 2)ρ_∞ / ((ρ_∞ − 4)(ρ_∞ −
   * 2)ρ_t))}, and by {@code η m̂} before; {@code m̂ = m/(1 − β₁ᵗ)}. State: m, v.
   *
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon ε
   * @param weightDecay λ
   * @param decoupled whether decay is decoupled
   * @param inclusiveThreshold whether rectification starts at ρ_t ≥ 5 (the paper's released
   *     optimiser) rather than ρ_t &gt; 5
   */
  record RectifiedAdam(
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled,
      boolean inclusiveThreshold)
      implements OptimizerRule {
    @Override
    public int stateCount() {
      return 2;
    }
  }
}
