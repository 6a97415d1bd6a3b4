package org.polyak.nn.models;

import org.polyak.nn.random.Generator;

/**
 * Draws a byte from a mixture of K logistics, whose row of outputs holds K logits, K means and K
 * log-scales: a component, then {@code x = mean + s (ln u − ln(1 − u))}, then the nearest of the
 * 256 levels {@code 2·byte/255 − 1}.
 *
 * @param scale what s is
 */
public record LogisticMixtureSampler(Scale scale) implements Sampler {
  /** Where the training loss stops a component from becoming narrower. */
  private static final double LEAST_LOG_SCALE = -7;

  /** The width of a component. */
  public enum Scale {
    /** {@code exp(max(log-scale, −7))}: the distribution that the training loss measures. */
    LOSS,
    /**
     * {@code elu(log-scale) + 1.0001}: the released code, which so draws from another distribution
     * than it was trained for.
     */
    RELEASED
  }

  @Override
  public int sample(float[] outputs, int row, int width, Generator generator) {
    if (width % 3 != 0) {
      throw new IllegalArgumentException(
          "A mixture of logistics has three outputs per component; %d is no multiple of 3."
              .formatted(width));
    }
    int components = width / 3;
    int from = row * width;
    int component = CategoricalSampler.draw(outputs, from, components, 1, generator);
    double mean = outputs[from + components + component];
    double raw = outputs[from + 2 * components + component];
    double spread =
        switch (scale) {
          case LOSS -> StrictMath.exp(Math.max(raw, LEAST_LOG_SCALE));
          case RELEASED -> (raw > 0 ? raw : StrictMath.expm1(raw)) + 1.0001;
        };
    double u = generator.nextDouble();
    double x = mean + spread * (StrictMath.log(u) - StrictMath.log1p(-u));
    if (Double.isNaN(x)) {
      throw CategoricalSampler.notFinite();
    }
    return (int) Math.clamp(Math.rint((x + 1) / 2 * 255), 0, 255);
  }
}
