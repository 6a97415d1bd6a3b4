package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.oracle.Array;

/**
 * Error bounds of the mixture-of-logistics loss and its gradient, by its formula as the contract
 * states it: the probability of a component is a difference of two logistic functions, and so
 * accurate only relative to these.
 */
final class LogisticMixtureAnalysis {
  private static final Rounded HALF_BIN = Rounded.constant(1.0 / 255);
  private static final Rounded ONE = Rounded.exact(1);
  private static final double LEAST_PROBABILITY = 1e-5;

  private final Array lossErrors;
  private final Array gradientErrors;
  private boolean nearThreshold;

  /** ln p of one component, with its derivatives by mean and log-scale. */
  private record Component(Rounded logProbability, Rounded byMean, Rounded byLogScale) {}

  LogisticMixtureAnalysis(Array parameters, double[] targets, Array lossGradients) {
    lossErrors = Array.zeros(targets.length);
    gradientErrors = Array.zerosLike(parameters);
    int mixtures = parameters.extent(1) / 3;
    for (int r = 0; r < targets.length; r++) {
      List<Rounded> logits = new ArrayList<>();
      List<Rounded> joint = new ArrayList<>();
      List<Component> components = new ArrayList<>();
      for (int k = 0; k < mixtures; k++) {
        Rounded logit = Rounded.exact(parameters.get(r, k));
        Component component =
            component(
                parameters.get(r, mixtures + k), parameters.get(r, 2 * mixtures + k), targets[r]);
        logits.add(logit);
        components.add(component);
        joint.add(component.logProbability().plus(logit));
      }
      Rounded normaliser = Rounded.logSumExp(logits);
      Rounded evidence = Rounded.logSumExp(joint);
      lossErrors.set(normaliser.minus(evidence).error(), r);
      Rounded d = Rounded.exact(lossGradients.get(r));
      for (int k = 0; k < mixtures; k++) {
        Rounded weight = logits.get(k).minus(normaliser).exponential();
        Rounded responsibility = joint.get(k).minus(evidence).exponential();
        Component component = components.get(k);
        gradientErrors.set(weight.minus(responsibility).times(d).error(), r, k);
        gradientErrors.set(
            responsibility.times(component.byMean()).times(d).error(), r, mixtures + k);
        gradientErrors.set(
            responsibility.times(component.byLogScale()).times(d).error(), r, 2 * mixtures + k);
      }
    }
  }

  Array lossErrors() {
    return lossErrors;
  }

  Array gradientErrors() {
    return gradientErrors;
  }

  /** Whether float32 may choose the other formula for some component: then nothing can be said. */
  boolean nearThreshold() {
    return nearThreshold;
  }

  private Component component(double mean, double rawLogScale, double y) {
    Rounded logScale = Rounded.exact(Math.max(rawLogScale, -7));
    Rounded moves = Rounded.exact(rawLogScale >= -7 ? 1 : 0);
    Rounded c = Rounded.exact(y).minus(Rounded.exact(mean));
    Rounded r = logScale.negated().exponential();
    Rounded upper = r.times(c.plus(HALF_BIN));
    Rounded lower = r.times(c.minus(HALF_BIN));
    if (y < -0.999) {
      Rounded by = upper.negated().sigmoid();
      return of(upper.negated().softplus().negated(), r.times(by), upper.times(by), moves);
    }
    if (y > 0.999) {
      Rounded by = lower.sigmoid().negated();
      return of(lower.softplus().negated(), r.times(by), lower.times(by), moves);
    }
    Rounded difference = upper.sigmoid().minus(lower.sigmoid());
    double uncertainty = difference.error() * Math.scalb(1.0, -24);
    nearThreshold |= Math.abs(difference.value() - LEAST_PROBABILITY) <= 2 * uncertainty;
    if (difference.value() > LEAST_PROBABILITY) {
      Rounded byUpper = slope(upper).over(difference);
      Rounded byLower = slope(lower).over(difference).negated();
      return of(
          difference.logarithm(),
          r.times(byUpper.plus(byLower)),
          upper.times(byUpper).plus(lower.times(byLower)),
          moves);
    }
    Rounded middle = r.times(c);
    Rounded byMiddle = ONE.minus(Rounded.exact(2).times(middle.sigmoid()));
    Rounded logProbability =
        middle
            .minus(logScale)
            .minus(Rounded.exact(2).times(middle.softplus()))
            .minus(Rounded.constant(Math.log(127.5)));
    return of(logProbability, r.times(byMiddle), middle.times(byMiddle).plus(ONE), moves);
  }

  private static Rounded slope(Rounded x) {
    Rounded y = x.sigmoid();
    return y.minus(y.times(y));
  }

  private static Component of(
      Rounded logProbability, Rounded byMean, Rounded byLogScale, Rounded moves) {
    return new Component(logProbability, byMean.negated(), byLogScale.times(moves).negated());
  }
}
