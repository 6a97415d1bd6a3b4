package org.polyak.conformance.learning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.polyak.conformance.ErrorModel;
import org.polyak.conformance.Precision;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Optimiser;

/**
 * Training in float64, exactly or in stochastic arithmetic.
 *
 * <p>Stochastic arithmetic: every evaluation sees the parameters with random relative changes of
 * the size that roundings on the way of a term add up to, r of them in float32 and 2p of factors,
 * each uniform: u √(r/3) and v √(2p/3), as in the root mean square bound of {@link ErrorModel}. The
 * changes that stand for float32 are drawn anew for every evaluation. Those that stand for factors
 * stay for a whole run, because a parameter that hardly moves is rounded the same way every time.
 * After each step the parameters are rounded to float32.
 */
final class OracleTraining {
  /** As along random directions of gradients: about a hundred, forward and backward. */
  private static final double ROUNDINGS = 100;

  /** Those of the longest way through attention. */
  private static final double PRODUCTS = 5;

  private final OracleModel model;
  private final Optimiser rule;
  private final double clipping;
  private final double learningRate;

  /**
   * How to train.
   *
   * @param clipping largest norm of one parameter's gradient; infinite for none
   */
  OracleTraining(OracleModel model, Optimiser rule, double clipping, double learningRate) {
    this.model = model;
    this.rule = rule;
    this.clipping = clipping;
    this.learningRate = learningRate;
  }

  /** The losses before each step, exactly. */
  double[] losses(Map<String, Array> start, List<Batch> batches, int steps) {
    return run(start, batches, steps, (name, value) -> value, value -> value);
  }

  /** The same in stochastic arithmetic. */
  double[] losses(
      Map<String, Array> start,
      List<Batch> batches,
      int steps,
      Precision precision,
      Samples randomness) {
    double fresh = ErrorModel.UNIT_ROUND_OFF * Math.sqrt(ROUNDINGS / 3);
    double lasting = precision.factorRoundOff() * Math.sqrt(2 * PRODUCTS / 3);
    Map<String, Array> factors = new LinkedHashMap<>();
    start.forEach((name, value) -> factors.put(name, changes(randomness, value, lasting)));
    return run(
        start,
        batches,
        steps,
        (name, value) ->
            value.times(factors.getOrDefault(name, value)).times(changes(randomness, value, fresh)),
        value -> value.map(v -> (float) v));
  }

  /** What an evaluation sees of a parameter. */
  @FunctionalInterface
  private interface Seen {
    Array of(String name, Array value);
  }

  /** What a step leaves of a parameter. */
  @FunctionalInterface
  private interface Kept {
    Array of(Array value);
  }

  private double[] run(
      Map<String, Array> start, List<Batch> batches, int steps, Seen seen, Kept kept) {
    Map<String, Optimiser.Step> current = new LinkedHashMap<>();
    start.forEach(
        (name, value) -> current.put(name, new Optimiser.Step(value, rule.initialState(value))));
    double[] losses = new double[steps];
    for (int step = 1; step <= steps; step++) {
      int t = step;
      Map<String, Array> changed = new LinkedHashMap<>();
      current.forEach((name, now) -> changed.put(name, seen.of(name, now.parameter())));
      OracleModel.Evaluation evaluation =
          model.evaluate(changed, batches.get((t - 1) % batches.size()));
      losses[t - 1] = evaluation.loss();
      evaluation
          .gradients()
          .forEach(
              (name, g) -> current.computeIfPresent(name, (same, now) -> stepped(now, g, t, kept)));
    }
    return losses;
  }

  private Optimiser.Step stepped(Optimiser.Step now, Array gradient, int t, Kept kept) {
    Array clipped = Double.isInfinite(clipping) ? gradient : Optimiser.clipNorm(gradient, clipping);
    Optimiser.Step next = rule.step(now.parameter(), clipped, now.state(), t, learningRate);
    return new Optimiser.Step(kept.of(next.parameter()), next.state());
  }

  /** Factors about 1. */
  private static Array changes(Samples randomness, Array like, double deviation) {
    double[] factors = new double[like.size()];
    float[] normal = randomness.normal(factors.length, 1);
    for (int i = 0; i < factors.length; i++) {
      factors[i] = 1 + deviation * normal[i];
    }
    return Array.of(factors, like.shape());
  }
}
