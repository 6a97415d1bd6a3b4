package org.polyak.nn.models;

import org.polyak.nn.random.Generator;

/**
 * Draws from {@code softmax(outputs / temperature)}; at temperature 0 takes the largest, the first
 * of several.
 *
 * @param temperature at least 0
 */
public record CategoricalSampler(double temperature) implements Sampler {
  /** Checks the temperature. */
  public CategoricalSampler {
    if (!(temperature >= 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature must be at least 0 and finite, not " + temperature + ".");
    }
  }

  @Override
  public int sample(float[] outputs, int row, int width, Generator generator) {
    int from = row * width;
    if (temperature > 0) {
      return draw(outputs, from, width, temperature, generator);
    }
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (outputs[from + i] > outputs[from + best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Index i with probability proportional to {@code exp((x_i − max x) / temperature)}: the first
   * whose running sum exceeds a uniform double times the total.
   */
  static int draw(float[] values, int from, int count, double temperature, Generator generator) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, values[from + i]);
    }
    double[] sums = new double[count];
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += StrictMath.exp((values[from + i] - most) / temperature);
      sums[i] = total;
    }
    double target = generator.nextDouble() * total;
    for (int i = 0; i < count; i++) {
      if (sums[i] > target) {
        return i;
      }
    }
    throw notFinite();
  }

  static IllegalArgumentException notFinite() {
    return new IllegalArgumentException(
        "The model's outputs are not finite, so nothing can be drawn from them. Was the training stable?");
  }
}
