package org.polyak.conformance.oracle;

import org.jspecify.annotations.Nullable;

/**
 * Layer normalisation, gain ∘ (x − mean)/√(variance + ε) + bias with the biased variance, and RMS
 * normalisation, gain ∘ x/√(mean of x² + ε), over the last axis.
 */
public final class Normalisation {
  private Normalisation() {}

  /** Whether the mean is taken off first. */
  public enum Kind {
    /** Layer normalisation. */
    LAYER,
    /** RMS normalisation. */
    ROOT_MEAN_SQUARE
  }

  /**
   * Gradients.
   *
   * @param x for the input
   * @param gain for the gain
   * @param bias for the bias
   */
  public record Gradients(Array x, Array gain, Array bias) {}

  /**
   * Normalises rows.
   *
   * @param x {@code [..., E]}
   * @param gain {@code [E]}
   * @param bias {@code [E]} or null for none
   */
  public static Array forward(
      Kind kind, Array x, Array gain, @Nullable Array bias, double epsilon) {
    int width = gain.size();
    Array y = Array.zerosLike(x);
    for (int row = 0; row < x.size(); row += width) {
      double[] standard = standardised(kind, x, row, width, epsilon);
      for (int e = 0; e < width; e++) {
        y.data()[row + e] = gain.data()[e] * standard[e] + (bias == null ? 0 : bias.data()[e]);
      }
    }
    return y;
  }

  /**
   * The magnitude of {@link #forward}: |gain| (|x| + |mean| + |x − mean| · ρ)/deviation + |bias|,
   * where |mean| stands for the mean of |x| and ρ = 1 + Σ|x − mean| (|x| + |mean|)/(E · deviation²)
   * is what the deviation loses where x is nearly constant.
   */
  public static Array forwardMagnitude(
      Kind kind, Array x, Array gain, @Nullable Array bias, double epsilon) {
    int width = gain.size();
    Array magnitude = Array.zerosLike(x);
    for (int row = 0; row < x.size(); row += width) {
      double mean = kind == Kind.LAYER ? mean(x, row, width) : 0;
      double meanMagnitude = kind == Kind.LAYER ? mean(x.abs(), row, width) : 0;
      double deviation = Math.sqrt(meanSquare(x, row, width, mean) + epsilon);
      double lost = 0;
      for (int e = 0; e < width; e++) {
        double centred = Math.abs(x.data()[row + e] - mean);
        lost += centred * (Math.abs(x.data()[row + e]) + meanMagnitude) / width;
      }
      double relative = 1 + lost / (deviation * deviation);
      for (int e = 0; e < width; e++) {
        double value = x.data()[row + e];
        double numerator = Math.abs(value) + meanMagnitude + Math.abs(value - mean) * relative;
        magnitude.data()[row + e] =
            Math.abs(gain.data()[e]) * numerator / deviation
                + (bias == null ? 0 : Math.abs(bias.data()[e]));
      }
    }
    return magnitude;
  }

  /**
   * Gradients of {@code Σ outGradient · y}. With x̂ the standardised row, g = gain ∘ dy and
   * deviation d: dx = (g − mean(g) − x̂ mean(g ∘ x̂))/d, without the mean(g) term for RMS; dgain =
   * Σ dy ∘ x̂; dbias = Σ dy.
   */
  public static Gradients backward(
      Kind kind, Array x, Array gain, double epsilon, Array outGradient) {
    int width = gain.size();
    Array dx = Array.zerosLike(x);
    Array dGain = Array.zerosLike(gain);
    Array dBias = Array.zerosLike(gain);
    for (int row = 0; row < x.size(); row += width) {
      double[] standard = standardised(kind, x, row, width, epsilon);
      double mean = kind == Kind.LAYER ? mean(x, row, width) : 0;
      double deviation = Math.sqrt(meanSquare(x, row, width, mean) + epsilon);
      double meanG = 0;
      double meanGx = 0;
      for (int e = 0; e < width; e++) {
        double dy = outGradient.data()[row + e];
        meanG += gain.data()[e] * dy / width;
        meanGx += gain.data()[e] * dy * standard[e] / width;
        dGain.data()[e] += dy * standard[e];
        dBias.data()[e] += dy;
      }
      for (int e = 0; e < width; e++) {
        double g = gain.data()[e] * outGradient.data()[row + e];
        double centred = kind == Kind.LAYER ? g - meanG : g;
        dx.data()[row + e] = (centred - standard[e] * meanGx) / deviation;
      }
    }
    return new Gradients(dx, dGain, dBias);
  }

  private static double[] standardised(Kind kind, Array x, int row, int width, double epsilon) {
    double mean = kind == Kind.LAYER ? mean(x, row, width) : 0;
    double deviation = Math.sqrt(meanSquare(x, row, width, mean) + epsilon);
    double[] standard = new double[width];
    for (int e = 0; e < width; e++) {
      standard[e] = (x.data()[row + e] - mean) / deviation;
    }
    return standard;
  }

  private static double mean(Array x, int row, int width) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += x.data()[row + e];
    }
    return sum / width;
  }

  private static double meanSquare(Array x, int row, int width, double centre) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      double centred = x.data()[row + e] - centre;
      sum += centred * centred;
    }
    return sum / width;
  }
}
