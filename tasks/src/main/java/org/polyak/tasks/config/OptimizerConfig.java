package org.polyak.tasks.config;

/**
 * The optimiser.
 *
 * @param kind which rule
 * @param learningRate η before the schedule
 * @param weightDecay λ
 * @param beta1 β₁ of the Adam family
 * @param beta2 β₂ of the Adam family
 * @param epsilon ε of the Adam family
 * @param momentum μ of gradient descent
 * @param clip over what the gradient's norm is bounded
 * @param clipNorm the bound
 */
public record OptimizerConfig(
    Kind kind,
    double learningRate,
    double weightDecay,
    double beta1,
    double beta2,
    double epsilon,
    double momentum,
    Clip clip,
    double clipNorm) {
  /** The update rule. */
  public enum Kind {
    /** Gradient descent with momentum. */
    SGD,
    /** Adam with coupled weight decay. */
    ADAM,
    /** Adam with decoupled weight decay. */
    ADAMW,
    /** Rectified Adam with decoupled weight decay. */
    RADAM
  }

  /** Over what the gradient's norm is bounded. */
  public enum Clip {
    /** Not at all. */
    NONE,
    /** Each parameter tensor for itself. */
    PARAMETER,
    /** All parameters together. */
    GLOBAL
  }
}
