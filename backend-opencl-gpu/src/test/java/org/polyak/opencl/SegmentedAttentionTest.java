package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

class SegmentedAttentionTest {
  private static final Normaliser KEY_SUM = new Normaliser.KeySum(1e-6);
  private static final UpdateRule ADDITIVE = new UpdateRule.Additive();
  private static final UpdateRule MOMENTUM = new UpdateRule.Momentum(0.6, 0.75);
  private static final double UNIT_ROUND_OFF = 0x1p-24;

  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = TestDevice.openLikeGpu();
  }

  @AfterAll
  static void close() {
    if (backend != null) {
      backend.close();
    }
  }

  static List<AttentionTrial> trials() {
    List<AttentionTrial> trials = new ArrayList<>();
    for (boolean carried : new boolean[] {false, true}) {
      for (UpdateRule rule : List.of(ADDITIVE, MOMENTUM)) {
        trials.add(new AttentionTrial(spec(rule), 1, 16, 2, 16, carried));
        trials.add(new AttentionTrial(spec(rule), 2, 131, 1, 16, carried));
      }
      trials.add(new AttentionTrial(spec(MOMENTUM), 2, 61, 2, 32, carried));
      trials.add(new AttentionTrial(spec(MOMENTUM), 1, 300, 2, 32, carried));
      trials.add(new AttentionTrial(with(ADDITIVE, new Normaliser.None()), 2, 131, 1, 16, carried));
      Normaliser root = new Normaliser.SquareRootLength();
      trials.add(new AttentionTrial(with(MOMENTUM, root), 1, 130, 2, 16, carried));
      trials.add(new AttentionTrial(plain(MOMENTUM), 1, 200, 3, 16, carried));
    }
    for (double beta : new double[] {1e-5, 0.1, 0.99, 1 - 1e-6}) {
      trials.add(new AttentionTrial(spec(new UpdateRule.Momentum(beta, 2)), 1, 517, 1, 16, true));
    }
    return trials;
  }

  @ParameterizedTest
  @MethodSource("trials")
  void outputsStatesAndGradientsAgreeWithTheRecurrence(AttentionTrial trial) {
    AttentionTrial.Results actual = trial.run(backend);
    AttentionTrial.Results expected = trial.runRecurrence(backend);
    AttentionTrial.Results magnitudes = trial.magnitudes(backend);
    for (int i = 0; i < expected.values().size(); i++) {
      assertClose(
          expected.names().get(i),
          actual.values().get(i),
          expected.values().get(i),
          magnitudes.values().get(i),
          roundings(trial));
    }
  }

  @Test
  void statesOfSegmentsAreSavedWithTheDenominators() {
    AttentionTrial cut = new AttentionTrial(spec(MOMENTUM), 1, 300, 2, 32, false);
    AttentionTrial whole = new AttentionTrial(spec(MOMENTUM), 1, 32, 2, 32, false);
    assertThat(cut.run(backend).savedSize()).isGreaterThan(2 * 300);
    assertThat(whole.run(backend).savedSize()).isEqualTo(2 * 32);
  }

  @Test
  void theLastStateMayOverwriteTheInitialOne() {
    AttentionTrial trial = new AttentionTrial(spec(MOMENTUM), 1, 300, 2, 32, true);
    AttentionTrial.Results apart = trial.run(backend);
    AttentionTrial.Results inPlace = trial.runInPlace(backend);
    for (int i = 0; i < inPlace.names().size(); i++) {
      int same = apart.names().indexOf(inPlace.names().get(i));
      assertThat(inPlace.values().get(i))
          .as(inPlace.names().get(i))
          .isEqualTo(apart.values().get(same));
    }
  }

  @Test
  void resultsAreTheSameBitForBitInEveryRun() {
    AttentionTrial trial = new AttentionTrial(spec(MOMENTUM), 1, 300, 2, 32, true);
    List<float[]> first = trial.run(backend).values();
    List<float[]> second = trial.run(backend).values();
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).isEqualTo(first.get(i));
    }
  }

  @Test
  void unitStepsOfVanishingMomentumAreTheAdditiveRule() {
    AttentionTrial additive = new AttentionTrial(spec(ADDITIVE), 1, 150, 2, 16, false);
    AttentionTrial momentum =
        new AttentionTrial(spec(new UpdateRule.Momentum(1e-5, 1)), 1, 150, 2, 16, false);
    float[] expected = additive.run(backend).values().getFirst();
    float[] magnitudes = additive.magnitudes(backend).values().getFirst();
    // β^1 = 1e-5 weighs every token but the last: 168 times the round-off.
    assertClose(
        "out",
        momentum.run(backend).values().getFirst(),
        expected,
        magnitudes,
        roundings(additive) + 1.1e-5 / UNIT_ROUND_OFF);
  }

  /**
   * A term passes three roundings a token in each direction of time, one for every channel in
   * products, and some thirty in feature maps and denominators; gradients pass all of it twice. The
   * recurrence errs as much.
   */
  private static double roundings(AttentionTrial trial) {
    double forward = 3.0 * trial.tokens() + trial.channels() + 30;
    return 2 * (2 * forward + trial.channels() + trial.tokens());
  }

  private static void assertClose(
      String name, float[] actual, float[] expected, float[] magnitudes, double roundings) {
    for (int i = 0; i < expected.length; i++) {
      double bound = roundings * (UNIT_ROUND_OFF * Math.abs(magnitudes[i]) + Float.MIN_VALUE);
      assertThat((double) actual[i])
          .as("%s at %d, of magnitude %s", name, i, magnitudes[i])
          .isBetween(expected[i] - bound, expected[i] + bound);
    }
  }

  private static AttentionSpec spec(UpdateRule rule) {
    return with(rule, KEY_SUM);
  }

  private static AttentionSpec with(UpdateRule rule, Normaliser normaliser) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE, normaliser, rule, true, Padding.DECAY, new Schedule.Automatic());
  }

  private static AttentionSpec plain(UpdateRule rule) {
    return new AttentionSpec(
        FeatureMap.IDENTITY, KEY_SUM, rule, true, Padding.DECAY, new Schedule.Automatic());
  }
}
