package org.polyak.cpu;

/**
 * The negative log-likelihood of one value under a mixture of logistics, and its gradient. Holds
 * what the gradient needs between the two calls; not thread-safe.
 */
final class LogisticMixtureRow {
  private static final double LEAST_LOG_SCALE = -7;
  private static final double HALF_BIN = 1.0 / 255;
  private static final double EDGE = 0.999;
  private static final double LEAST_DIFFERENCE = 1e-5;
  private static final double LOG_HALF_RANGE = Math.log(127.5);

  private final int components;
  private final double[] logWeight;
  private final double[] logProbability;
  private final double[] byMean;
  private final double[] byLogScale;
  private double logWeightSum;
  private double logLikelihood;

  LogisticMixtureRow(int components) {
    this.components = components;
    this.logWeight = new double[components];
    this.logProbability = new double[components];
    this.byMean = new double[components];
    this.byLogScale = new double[components];
  }

  /**
   * The loss of one row.
   *
   * @param parameters holds the row: logits, means, log-scales
   * @param offset its first element
   * @param y the value
   * @param derivatives whether {@link #gradient} will follow
   */
  double loss(float[] parameters, int offset, float y, boolean derivatives) {
    for (int i = 0; i < components; i++) {
      logWeight[i] = parameters[offset + i];
      double mean = parameters[offset + components + i];
      double rawLogScale = parameters[offset + 2 * components + i];
      component(i, y, mean, Math.max(rawLogScale, LEAST_LOG_SCALE), derivatives);
      if (rawLogScale < LEAST_LOG_SCALE) {
        byLogScale[i] = 0;
      }
      logProbability[i] += logWeight[i];
    }
    logWeightSum = logSumExp(logWeight);
    logLikelihood = logSumExp(logProbability);
    return logWeightSum - logLikelihood;
  }

  /**
   * The gradient of the row last given to {@link #loss}.
   *
   * @param lossGradient gradient for the loss
   * @param gradient receives the gradient for the row
   * @param offset its first element
   */
  void gradient(float lossGradient, float[] gradient, int offset) {
    for (int i = 0; i < components; i++) {
      double posterior = Math.exp(logProbability[i] - logLikelihood);
      double prior = Math.exp(logWeight[i] - logWeightSum);
      gradient[offset + i] = (float) (lossGradient * (prior - posterior));
      gradient[offset + components + i] = (float) (-lossGradient * posterior * byMean[i]);
      gradient[offset + 2 * components + i] = (float) (-lossGradient * posterior * byLogScale[i]);
    }
  }

  /** Log-probability of component i, and its derivatives by mean and log-scale. */
  private void component(int i, double y, double mean, double logScale, boolean derivatives) {
    double rate = Math.exp(-logScale);
    double upper = rate * (y - mean + HALF_BIN);
    double lower = rate * (y - mean - HALF_BIN);
    if (y < -EDGE) {
      logProbability[i] = -softplus(-upper);
      if (derivatives) {
        set(i, rate, upper, sigmoid(-upper), 0);
      }
    } else if (y > EDGE) {
      logProbability[i] = -softplus(lower);
      if (derivatives) {
        set(i, rate, lower, -sigmoid(lower), 0);
      }
    } else {
      inner(i, rate, upper, lower, rate * (y - mean), logScale, derivatives);
    }
  }

  private void inner(
      int i,
      double rate,
      double upper,
      double lower,
      double middle,
      double logScale,
      boolean derivatives) {
    double atUpper = sigmoid(upper);
    double atLower = sigmoid(lower);
    double difference = atUpper - atLower;
    if (difference > LEAST_DIFFERENCE) {
      logProbability[i] = Math.log(difference);
      if (derivatives) {
        double upperSlope = atUpper * sigmoid(-upper);
        double lowerSlope = atLower * sigmoid(-lower);
        byMean[i] = -rate * (upperSlope - lowerSlope) / difference;
        byLogScale[i] = -(upper * upperSlope - lower * lowerSlope) / difference;
      }
    } else {
      logProbability[i] = middle - logScale - 2 * softplus(middle) - LOG_HALF_RANGE;
      if (derivatives) {
        set(i, rate, middle, 1 - 2 * sigmoid(middle), 1);
      }
    }
  }

  /** Chain rule through {@code argument = rate · (y − mean + const)}, rate = e^(−logScale). */
  private void set(int i, double rate, double argument, double byArgument, double direct) {
    byMean[i] = -rate * byArgument;
    byLogScale[i] = -argument * byArgument - direct;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  private static double logSumExp(double[] x) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (double value : x) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum);
  }
}
