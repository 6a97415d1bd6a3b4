package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
  private static final int TOKENS = 700;

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.1, 0.6, 0.99, 1 - 1e-6})
  void reachIsTheSumOfThePowersOfBeta(double beta) {
    Filter filter = new Filter(true, beta, 1, 1, 0);
    double sum = 0;
    double power = 1;
    for (int i = 0; i < TOKENS; i++) {
      sum += power;
      power *= beta;
    }
    // 1 − β is exact, but log β carries the rounding of β: 1e6 times 2^-53 for the last.
    assertThat(filter.reach(TOKENS)).isCloseTo(sum, within(1e-9 * sum));
    assertThat(filter.decay(TOKENS)).isCloseTo(power, within(1e-12));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.1, 0.6, 0.99})
  void afterItsMemoryTheFilterHasForgotten(double beta) {
    Filter filter = new Filter(true, beta, 1, 1, 0);
    assertThat(filter.decay(filter.memory())).isLessThanOrEqualTo(0x1p-27 * (1 + 1e-9));
    assertThat(filter.decay(filter.momentumMemory())).isLessThanOrEqualTo(0x1p-150 * (1 + 1e-9));
  }
}
