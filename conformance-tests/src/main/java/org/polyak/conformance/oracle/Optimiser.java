package org.polyak.conformance.oracle;

import java.util.List;

/**
 * Update rules of gradient-based optimisers on one parameter θ with gradient g, learning rate η and
 * weight decay λ. A rule carries state arrays shaped like θ, zero at first.
 */
public sealed interface Optimiser {
  /**
   * The parameter and the state after a step.
   *
   * @param parameter θ
   * @param state in the order that the rule states
   */
  record Step(Array parameter, List<Array> state) {}

  /** The state before the first step. */
  List<Array> initialState(Array parameter);

  /**
   * One step.
   *
   * @param parameter θ
   * @param gradient g
   * @param state from the previous step, or {@link #initialState}
   * @param t the step's number, from 1
   * @param learningRate η
   */
  Step step(Array parameter, Array gradient, List<Array> state, int t, double learningRate);

  /**
   * Gradient descent: g ← g + λθ; b ← μb + (1 − d)g, but b = g at t = 1; then θ ← θ − ηb, or θ −
   * η(g + μb) with Nesterov. With μ = 0 plainly θ ← θ − ηg. State: b.
   *
   * @param momentum μ
   * @param dampening d
   * @param nesterov whether to look ahead
   * @param weightDecay λ, coupled
   */
  record GradientDescent(double momentum, double dampening, boolean nesterov, double weightDecay)
      implements Optimiser {
    @Override
    public List<Array> initialState(Array parameter) {
      return List.of(Array.zerosLike(parameter));
    }

    @Override
    public Step step(
        Array parameter, Array gradient, List<Array> state, int t, double learningRate) {
      Array g = gradient.plus(parameter.times(weightDecay));
      if (momentum == 0) {
        return new Step(parameter.minus(g.times(learningRate)), state);
      }
      Array b = t == 1 ? g : state.getFirst().times(momentum).plus(g.times(1 - dampening));
      Array direction = nesterov ? g.plus(b.times(momentum)) : b;
      return new Step(parameter.minus(direction.times(learningRate)), List.of(b));
    }
  }

  /**
   * Adam: m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²; θ ← θ − η m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ)
   * and v̂ = v/(1 − β₂ᵗ). Coupled decay adds λθ to g; decoupled decay (AdamW) first scales θ by 1 −
   * ηλ. With AMSGrad the largest v so far takes the place of v in v̂. State: m, v, largest v.
   *
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon ε
   * @param weightDecay λ
   * @param decoupled whether decay is decoupled
   * @param amsgrad whether the second moment never falls
   */
  record Adam(
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled,
      boolean amsgrad)
      implements Optimiser {
    @Override
    public List<Array> initialState(Array parameter) {
      Array zeros = Array.zerosLike(parameter);
      return List.of(zeros, zeros, zeros);
    }

    @Override
    public Step step(
        Array parameter, Array gradient, List<Array> state, int t, double learningRate) {
      Decayed decayed = Decayed.of(parameter, gradient, weightDecay, decoupled, learningRate);
      Array m = average(state.get(0), decayed.gradient(), beta1);
      Array v = average(state.get(1), decayed.gradient().times(decayed.gradient()), beta2);
      Array largest = state.get(2).zip(v, Math::max);
      Array second = amsgrad ? largest : v;
      Array update =
          m.times(1 / (1 - Math.pow(beta1, t)))
              .zip(
                  second.times(1 / (1 - Math.pow(beta2, t))),
                  (first, square) -> first / (Math.sqrt(square) + epsilon));
      return new Step(
          decayed.parameter().minus(update.times(learningRate)), List.of(m, v, largest));
    }
  }

  /**
   * Rectified Adam: moments as in Adam, ρ_∞ = 2/(1 − β₂) − 1, ρ_t = ρ_∞ − 2tβ₂ᵗ/(1 − β₂ᵗ). Once ρ_t
   * passes 5, θ ← θ − η r_t m̂ √(1 − β₂ᵗ)/(√v + ε) with r_t = √((ρ_t − 4)(ρ_t − 2)ρ_∞/((ρ_∞ −
   * 4)(ρ_∞ − 2)ρ_t)); before, θ ← θ − η m̂. State: m, v.
   *
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon ε
   * @param weightDecay λ
   * @param decoupled whether decay is decoupled
   * @param inclusiveThreshold whether ρ_t = 5 rectifies: the paper authors' optimiser, which also
   *     decouples decay and sees gradients through {@link #clipNorm}
   */
  record RectifiedAdam(
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      boolean decoupled,
      boolean inclusiveThreshold)
      implements Optimiser {
    @Override
    public List<Array> initialState(Array parameter) {
      return List.of(Array.zerosLike(parameter), Array.zerosLike(parameter));
    }

    @Override
    public Step step(
        Array parameter, Array gradient, List<Array> state, int t, double learningRate) {
      Decayed decayed = Decayed.of(parameter, gradient, weightDecay, decoupled, learningRate);
      Array m = average(state.get(0), decayed.gradient(), beta1);
      Array v = average(state.get(1), decayed.gradient().times(decayed.gradient()), beta2);
      Array unbiased = m.times(1 / (1 - Math.pow(beta1, t)));
      double power = Math.pow(beta2, t);
      double limit = 2 / (1 - beta2) - 1;
      double length = limit - 2 * t * power / (1 - power);
      boolean rectify = inclusiveThreshold ? length >= 5 : length > 5;
      double rectification =
          Math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
      Array update =
          rectify
              ? unbiased.zip(
                  v,
                  (first, square) ->
                      rectification * first * Math.sqrt(1 - power) / (Math.sqrt(square) + epsilon))
              : unbiased;
      return new Step(decayed.parameter().minus(update.times(learningRate)), List.of(m, v));
    }
  }

  /**
   * A gradient scaled down to norm {@code maxNorm}: times min(1, maxNorm/(|g| + 10⁻⁶)). The paper
   * authors' optimiser does so for each parameter by itself.
   */
  static Array clipNorm(Array gradient, double maxNorm) {
    return gradient.times(Math.min(1, maxNorm / (gradient.norm() + 1e-6)));
  }

  private static Array average(Array old, Array sample, double beta) {
    return old.times(beta).plus(sample.times(1 - beta));
  }

  /**
   * Weight decay done.
   *
   * @param parameter θ
   * @param gradient g
   */
  record Decayed(Array parameter, Array gradient) {
    static Decayed of(
        Array parameter,
        Array gradient,
        double weightDecay,
        boolean decoupled,
        double learningRate) {
      return decoupled
          ? new Decayed(parameter.times(1 - learningRate * weightDecay), gradient)
          : new Decayed(parameter, gradient.plus(parameter.times(weightDecay)));
    }
  }
}
