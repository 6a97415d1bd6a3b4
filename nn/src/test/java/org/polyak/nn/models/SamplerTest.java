package org.polyak.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.polyak.nn.models.LogisticMixtureSampler.Scale;
import org.polyak.nn.random.Generator;

/** Frequencies may deviate by five standard deviations, which chance exceeds once in 10⁶. */
class SamplerTest {
  private static final int DRAWS = 20_000;

  @Test
  void frequenciesAreTheSoftmaxAtTheTemperature() {
    float[] row = {0.5f, -1, 2};
    for (double temperature : new double[] {0.5, 1, 2}) {
      double[] expected = new double[3];
      double total = 0;
      for (int i = 0; i < 3; i++) {
        expected[i] = Math.exp(row[i] / temperature);
        total += expected[i];
      }
      Generator generator = Generator.ofSeed(4);
      int[] counts = new int[3];
      for (int i = 0; i < DRAWS; i++) {
        counts[new CategoricalSampler(temperature).sample(row, 0, 3, generator)]++;
      }
      for (int i = 0; i < 3; i++) {
        double p = expected[i] / total;
        assertThat((double) counts[i])
            .isCloseTo(DRAWS * p, within(5 * Math.sqrt(DRAWS * p * (1 - p))));
      }
    }
  }

  @Test
  void rowsAreReadWhereTheyLie() {
    float[] outputs = {0, 100, 0, 100, 0, 0};
    Generator generator = Generator.ofSeed(1);
    assertThat(new CategoricalSampler(1).sample(outputs, 0, 3, generator)).isEqualTo(1);
    assertThat(new CategoricalSampler(1).sample(outputs, 1, 3, generator)).isZero();
  }

  @Test
  void temperatureZeroTakesTheFirstLargest() {
    assertThat(
            new CategoricalSampler(0).sample(new float[] {1, 3, 3, 2}, 0, 4, Generator.ofSeed(1)))
        .isEqualTo(1);
    assertThatThrownBy(() -> new CategoricalSampler(-1)).hasMessageContaining("temperature");
  }

  @Test
  void hugeLogitsAreSafeAndNanIsReported() {
    Generator generator = Generator.ofSeed(1);
    assertThat(new CategoricalSampler(1).sample(new float[] {-1e38f, 1e38f}, 0, 2, generator))
        .isEqualTo(1);
    assertThatThrownBy(
            () -> new CategoricalSampler(1).sample(new float[] {1, Float.NaN}, 0, 2, generator))
        .hasMessageContaining("not finite");
    assertThatThrownBy(() ->
            new LogisticMixtureSampler(Scale.LOSS)
                .sample(new float[] {1, Float.NaN, 0}, 0, 3, generator))
        .hasMessageContaining("not finite");
    assertThatThrownBy(
            () -> new LogisticMixtureSampler(Scale.LOSS).sample(new float[4], 0, 4, generator))
        .hasMessageContaining("no multiple of 3");
  }

  @Test
  void mixtureSamplesFollowTheDistributionThatTheLossMeasures() {
    // Component 1 has practically all weight: mean 0.1, scale e⁻².
    float[] outputs = {-30, 10, 0.9f, 0.1f, -7, -2};
    double scale = Math.exp(-2);
    LogisticMixtureSampler sampler = new LogisticMixtureSampler(Scale.LOSS);
    Generator generator = Generator.ofSeed(6);
    int threshold = 150;
    int below = 0;
    for (int i = 0; i < DRAWS; i++) {
      if (sampler.sample(outputs, 0, 6, generator) <= threshold) {
        below++;
      }
    }
    double edge = 2 * (threshold + 0.5) / 255 - 1;
    double p = 1 / (1 + Math.exp(-(edge - 0.1) / scale));
    assertThat((double) below).isCloseTo(DRAWS * p, within(5 * Math.sqrt(DRAWS * p * (1 - p))));
  }

  @Test
  void narrowComponentsStopWhereTheLossStops() {
    // The mean lies a quarter of a level, 0.002 or 2.15 scales of e⁻⁷, below the edge between
    // levels 100 and 101: one sample in 9.6 falls beyond it. At log-scale −50 none would.
    float edge = 2 * 100.25f / 255 - 1;
    float[] outputs = {0, edge, -50};
    LogisticMixtureSampler sampler = new LogisticMixtureSampler(Scale.LOSS);
    Generator generator = Generator.ofSeed(8);
    Set<Integer> seen = new TreeSet<>();
    for (int i = 0; i < 100; i++) {
      seen.add(sampler.sample(outputs, 0, 3, generator));
    }
    assertThat(seen).contains(100, 101);
  }

  @Test
  void releasedScaleIsWiderThanTheTrainedOne() {
    float[] outputs = {0, 0, -7};
    Generator generator = Generator.ofSeed(9);
    int far = 0;
    for (int i = 0; i < 1000; i++) {
      if (Math.abs(new LogisticMixtureSampler(Scale.LOSS).sample(outputs, 0, 3, generator) - 127.5)
          > 4) {
        far++;
      }
    }
    assertThat(far).isZero();
    float[] released = {0, 0, -0.5f};
    int wide = 0;
    for (int i = 0; i < DRAWS; i++) {
      int level = new LogisticMixtureSampler(Scale.RELEASED).sample(released, 0, 3, generator);
      if (Math.abs(2 * level / 255.0 - 1) > 0.5) {
        wide++;
      }
    }
    double spread = Math.expm1(-0.5) + 1.0001;
    // 0.5 lies at level 191.25, so levels from 192 on, which begin at 191.5, are beyond it.
    double edge = 2 * 191.5 / 255 - 1;
    double p = 2 / (1 + Math.exp(edge / spread));
    assertThat((double) wide).isCloseTo(DRAWS * p, within(5 * Math.sqrt(DRAWS * p * (1 - p))));
  }
}
