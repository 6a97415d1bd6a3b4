package org.polyak.cpu;

/**
 * The inner loops of the optimisers: a run of elements at a time, on plain arrays. θ parameter, g
 * gradient.
 */
interface OptimizerLoops {
  /**
   * What one step of gradient descent does to every element.
   *
   * @param decay λ, added to g times θ
   * @param momentum μ; 0 for none
   * @param intake what g adds to b: 1 − dampening, or 1 in the first step
   * @param nesterov whether the step is along g + μb rather than b
   * @param rate η
   */
  record Descent(float decay, float momentum, float intake, boolean nesterov, float rate) {}

  /**
   * What one step of the Adam family does to every element: {@code θ = keep·θ −
   * rate·m/(rootScale·√v + ε)}, or {@code keep·θ − rate·m}.
   *
   * @param decay coupled weight decay, added to g times θ
   * @param keep 1 minus decoupled weight decay
   * @param beta1 β₁
   * @param intake1 1 − β₁
   * @param beta2 β₂
   * @param intake2 1 − β₂
   * @param adaptive whether the step is divided
   * @param rate η with its corrections
   * @param rootScale correction of √v
   * @param epsilon ε
   */
  record Moments(
      float decay,
      float keep,
      float beta1,
      float intake1,
      float beta2,
      float intake2,
      boolean adaptive,
      float rate,
      float rootScale,
      float epsilon) {}

  /**
   * Gradient descent without memory.
   *
   * @param step coefficients
   * @param gradientScale factor on g, applied first
   * @param count number of elements
   * @param parameter θ, updated
   * @param parameterOffset first element
   * @param gradient g
   * @param gradientOffset first element
   */
  void descend(
      Descent step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset);

  /**
   * Gradient descent with momentum.
   *
   * @param step coefficients
   * @param gradientScale factor on g, applied first
   * @param count number of elements
   * @param parameter θ, updated
   * @param parameterOffset first element
   * @param gradient g
   * @param gradientOffset first element
   * @param buffer b, updated
   * @param bufferOffset first element
   */
  void descend(
      Descent step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset,
      float[] buffer,
      int bufferOffset);

  /**
   * A step of the Adam family.
   *
   * @param step coefficients
   * @param gradientScale factor on g, applied first
   * @param count number of elements
   * @param parameter θ, updated
   * @param parameterOffset first element
   * @param gradient g
   * @param gradientOffset first element
   * @param first m, updated
   * @param firstOffset first element
   * @param second v, updated
   * @param secondOffset first element
   */
  void adapt(
      Moments step,
      float gradientScale,
      int count,
      float[] parameter,
      int parameterOffset,
      float[] gradient,
      int gradientOffset,
      float[] first,
      int firstOffset,
      float[] second,
      int secondOffset);

  /** {@code Σ x²}, for gradient clipping. */
  float squaredNorm(int count, float[] values, int offset);
}
