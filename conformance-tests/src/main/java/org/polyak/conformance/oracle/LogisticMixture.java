package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.SpecialFunctions.sigmoid;
import static org.polyak.conformance.oracle.SpecialFunctions.softplus;

/**
 * The loss of the image experiments: negative log-likelihood, in nats, of one 8-bit channel under a
 * discretised mixture of K logistics. A row of parameters is K mixture logits π, K means μ, K
 * log-scales, these clamped from below at −7 (gradient 0 under the clamp). With y = 2·byte/255 − 1,
 * c = y − μ, r = e^(−log-scale), u = r (c + 1/255) and l = r (c − 1/255), a component has
 *
 * <pre>
 * ln p = u − softplus(u)                                    for y &lt; −0.999,
 *        −softplus(l)                                       for y &gt; 0.999,
 *        ln(σ(u) − σ(l))                                    where that difference exceeds 10⁻⁵,
 *        rc − log-scale − 2 softplus(rc) − ln 127.5         otherwise: density times bin width,
 * </pre>
 *
 * and the loss is −logsumexp_k(log softmax(π)_k + ln p_k).
 */
public final class LogisticMixture {
  private static final double LOG_SCALE_FLOOR = -7;
  private static final double HALF_BIN = 1.0 / 255;
  private static final double SMALL_DIFFERENCE = 1e-5;

  private LogisticMixture() {}

  /** y for a byte 0..255. */
  public static double centred(int pixel) {
    return pixel / 255.0 * 2 - 1;
  }

  /**
   * Losses by row.
   *
   * @param parameters {@code [R, 3K]}
   * @param targets y of each row
   */
  public static Array forward(Array parameters, double[] targets) {
    Array losses = Array.zeros(targets.length);
    for (int r = 0; r < targets.length; r++) {
      // log softmax(π)_k = π_k − logsumexp(π).
      losses.data()[r] =
          SpecialFunctions.logSumExp(mixtureLogits(parameters, r))
              - SpecialFunctions.logSumExp(joint(parameters, r, targets[r]));
    }
    return losses;
  }

  /**
   * Gradients for the parameters of {@code Σ lossGradients · losses}: with responsibilities ρ_k =
   * softmax_k(π_k + ln p_k), dπ_k = softmax(π)_k − ρ_k; dμ_k and the log-scale's are −ρ_k times the
   * derivatives of ln p_k.
   */
  public static Array backward(Array parameters, double[] targets, Array lossGradients) {
    int mixtures = parameters.extent(1) / 3;
    Array gradients = Array.zerosLike(parameters);
    for (int r = 0; r < targets.length; r++) {
      double d = lossGradients.data()[r];
      double[] joint = joint(parameters, r, targets[r]);
      double[] logits = mixtureLogits(parameters, r);
      double evidence = SpecialFunctions.logSumExp(joint);
      double normaliser = SpecialFunctions.logSumExp(logits);
      for (int k = 0; k < mixtures; k++) {
        double responsibility = Math.exp(joint[k] - evidence);
        Component component = component(parameters, r, k, targets[r]);
        gradients.set(d * (Math.exp(logits[k] - normaliser) - responsibility), r, k);
        gradients.set(-d * responsibility * component.byMean(), r, mixtures + k);
        gradients.set(-d * responsibility * component.byLogScale(), r, 2 * mixtures + k);
      }
    }
    return gradients;
  }

  /** ln p with its derivatives. */
  private record Component(double logProbability, double byMean, double byLogScale) {}

  private static Component component(Array parameters, int row, int k, double y) {
    int mixtures = parameters.extent(1) / 3;
    double rawLogScale = parameters.get(row, 2 * mixtures + k);
    double logScale = Math.max(rawLogScale, LOG_SCALE_FLOOR);
    double scaleMoves = rawLogScale >= LOG_SCALE_FLOOR ? 1 : 0;
    double c = y - parameters.get(row, mixtures + k);
    double r = Math.exp(-logScale);
    double upper = r * (c + HALF_BIN);
    double lower = r * (c - HALF_BIN);
    // σ(u) − σ(l), written without its cancellation in the tails.
    double difference = -sigmoid(upper) * sigmoid(-lower) * Math.expm1(lower - upper);
    // u, l and rc all have derivative −r by the mean and minus themselves by the log-scale.
    if (y < -0.999) {
      double byUpper = sigmoid(-upper);
      return new Component(upper - softplus(upper), -r * byUpper, -upper * byUpper * scaleMoves);
    }
    if (y > 0.999) {
      double byLower = -sigmoid(lower);
      return new Component(-softplus(lower), -r * byLower, -lower * byLower * scaleMoves);
    }
    if (difference > SMALL_DIFFERENCE) {
      double byUpper = sigmoid(upper) * sigmoid(-upper) / difference;
      double byLower = -sigmoid(lower) * sigmoid(-lower) / difference;
      return new Component(
          Math.log(difference),
          -r * (byUpper + byLower),
          -(upper * byUpper + lower * byLower) * scaleMoves);
    }
    double middle = r * c;
    double byMiddle = 1 - 2 * sigmoid(middle);
    return new Component(
        middle - logScale - 2 * softplus(middle) - Math.log(127.5),
        -r * byMiddle,
        (-middle * byMiddle - 1) * scaleMoves);
  }

  private static double[] mixtureLogits(Array parameters, int row) {
    double[] logits = new double[parameters.extent(1) / 3];
    System.arraycopy(parameters.data(), parameters.offset(row, 0), logits, 0, logits.length);
    return logits;
  }

  private static double[] joint(Array parameters, int row, double y) {
    double[] joint = mixtureLogits(parameters, row);
    for (int k = 0; k < joint.length; k++) {
      joint[k] += component(parameters, row, k, y).logProbability();
    }
    return joint;
  }
}
