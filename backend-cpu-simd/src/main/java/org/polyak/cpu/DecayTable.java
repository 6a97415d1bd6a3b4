package org.polyak.cpu;

/**
 * Powers of β and their sums for runs of up to a given length, computed in double. Legend: models
 * of momentum attention, {@code w_l = γ Σ_{r≤l} β^r} is the weight of a key l tokens ago (eq. 13).
 * Every entry is positive: nothing cancels as β approaches 1.
 */
final class DecayTable {
  private final double beta;
  private final double gamma;
  private final double[] power;
  private final double[] weight;

  /** Tables for runs of at most {@code length} tokens. */
  DecayTable(double beta, double gamma, int length) {
    this.beta = beta;
    this.gamma = gamma;
    power = new double[length + 1];
    weight = new double[length];
    double sum = 0;
    for (int l = 0; l <= length; l++) {
      power[l] = Math.pow(beta, l);
      if (l < length) {
        sum += power[l];
        weight[l] = gamma * sum;
      }
    }
  }

  double beta() {
    return beta;
  }

  double gamma() {
    return gamma;
  }

  /** β^l. */
  double power(int l) {
    return power[l];
  }

  /** {@code γ (1 + β + … + β^l)}. */
  double weight(int l) {
    return weight[l];
  }

  /** Multiplies by a factor in [0, 1], exactly rounded also for a factor close to 1. */
  static void decay(float[] values, int count, double factor) {
    if (factor > 0.5) {
      // The float next to the factor would be a systematic error of every step.
      float loss = (float) (1 - factor);
      for (int i = 0; i < count; i++) {
        values[i] = Math.fma(-loss, values[i], values[i]);
      }
    } else {
      float f = (float) factor;
      for (int i = 0; i < count; i++) {
        values[i] *= f;
      }
    }
  }
}
