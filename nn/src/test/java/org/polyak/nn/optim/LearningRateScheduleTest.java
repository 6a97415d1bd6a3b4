package org.polyak.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  /** Bound: a few roundings of numbers of the size of the rate. */
  private static final double BOUND = 1e-15;

  @Test
  void stepDecayDropsAfterExactlyThatManySteps() {
    LearningRateSchedule schedule = new LearningRateSchedule.StepDecay(1e-3, 0.1, 3000, 1);
    assertThat(schedule.at(0)).isEqualTo(1e-3);
    assertThat(schedule.at(2999)).isEqualTo(1e-3);
    assertThat(schedule.at(3000)).isCloseTo(1e-4, within(BOUND));
    assertThat(schedule.at(1_000_000)).isCloseTo(1e-4, within(BOUND));
  }

  @Test
  void warmupRisesToTheRateAndNeverStartsAtZero() {
    for (LearningRateSchedule schedule :
        new LearningRateSchedule[] {
          new LearningRateSchedule.WarmupCosine(0.8, 0.1, 4, 12),
          new LearningRateSchedule.WarmupLinear(0.8, 0.1, 4, 12)
        }) {
      assertThat(schedule.at(0)).isCloseTo(0.2, within(BOUND));
      assertThat(schedule.at(3)).isCloseTo(0.8, within(BOUND));
      assertThat(schedule.at(4)).isCloseTo(0.8, within(BOUND));
      assertThat(schedule.at(8)).isCloseTo(0.45, within(BOUND));
      assertThat(schedule.at(12)).isCloseTo(0.1, within(BOUND));
      assertThat(schedule.at(1000)).isCloseTo(0.1, within(BOUND));
    }
    assertThat(new LearningRateSchedule.WarmupLinear(0.8, 0, 0, 10).at(5))
        .isCloseTo(0.4, within(BOUND));
    assertThat(new LearningRateSchedule.WarmupCosine(1, 0, 0, 3).at(1))
        .isCloseTo(0.75, within(BOUND));
  }

  @Test
  void constantStays() {
    assertThat(new LearningRateSchedule.Constant(0.3).at(1L << 40)).isEqualTo(0.3);
  }

  @Test
  void impossibleSchedulesAreRefused() {
    assertThatThrownBy(() -> new LearningRateSchedule.Constant(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be positive and finite, not -1.0");
    assertThatThrownBy(() -> new LearningRateSchedule.Constant(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LearningRateSchedule.StepDecay(1, 0.1, 0, 1))
        .hasMessageContaining("between drops");
    assertThatThrownBy(() -> new LearningRateSchedule.WarmupLinear(1, 0, 10, 10))
        .hasMessageContaining("warm-up < total");
    assertThatThrownBy(() -> new GradientClipping.Global(0)).hasMessageContaining("positive norm");
  }
}
