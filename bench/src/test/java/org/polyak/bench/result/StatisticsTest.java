package org.polyak.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Medians, ratios, exponents and crossings of figures that are known. */
class StatisticsTest {
  /** Of a logarithm and an exponential in float64, with room. */
  private static final double ROUNDING = 1e-9;

  @Test
  void quartilesLieBetweenSamples() {
    assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Spread(1.75, 2.5, 3.25));
    assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7));
    assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRatioReachesAsFarAsTheQuartilesAllow() {
    Spread ratio = new Spread(3, 4, 6).over(new Spread(1, 2, 3));
    assertThat(ratio).isEqualTo(new Spread(1, 2, 6));
  }

  @Test
  void exponentsOfPowersAreFound() {
    List<ScalingLaw> laws = ScalingLaw.of(Runs.scaling(), point -> point.time().median());
    assertThat(laws.getFirst().exponent().orElseThrow()).isCloseTo(2, within(ROUNDING));
    assertThat(laws.getLast().exponent().orElseThrow()).isCloseTo(1, within(ROUNDING));
  }

  @Test
  void theLinearVariantIsFasterFromTheCrossingOn() {
    List<ScalingLaw> laws = ScalingLaw.of(Runs.scaling(), point -> point.time().median());
    assertThat(laws.getLast().crossing(laws.getFirst()).orElseThrow())
        .isCloseTo(1024, within(1024 * ROUNDING));
    assertThat(laws.getFirst().crossing(laws.getLast())).isEmpty();
    assertThat(laws.getFirst().crossing(laws.getFirst())).isEmpty();
  }
}
