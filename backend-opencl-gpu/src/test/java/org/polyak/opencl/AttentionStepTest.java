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
import org.polyak.spi.Profile;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** The step that GPUs take against the recurrence, which processors run. */
class AttentionStepTest {
  private static final Normaliser KEY_SUM = new Normaliser.KeySum(1e-6);
  private static final UpdateRule ADDITIVE = new UpdateRule.Additive();
  private static final UpdateRule MOMENTUM = new UpdateRule.Momentum(0.6, 0.75);
  private static final double UNIT_ROUND_OFF = 0x1p-24;

  private static Backend gpu;
  private static Backend processor;

  @BeforeAll
  static void open() {
    gpu = TestDevice.openLikeGpu();
    processor = TestDevice.open();
  }

  @AfterAll
  static void close() {
    if (gpu != null) {
      gpu.close();
    }
    if (processor != null) {
      processor.close();
    }
  }

  static List<AttentionTrial> trials() {
    List<AttentionTrial> trials = new ArrayList<>();
    for (UpdateRule rule : List.of(ADDITIVE, MOMENTUM)) {
      trials.add(trial(rule, FeatureMap.ELU_PLUS_ONE, KEY_SUM, 3, 3, 32));
      trials.add(trial(rule, FeatureMap.IDENTITY, KEY_SUM, 1, 1, 16));
      trials.add(trial(rule, FeatureMap.ELU_PLUS_ONE, new Normaliser.None(), 2, 4, 8));
      trials.add(trial(rule, FeatureMap.ELU_PLUS_ONE, new Normaliser.SquareRootLength(), 5, 1, 64));
    }
    trials.add(trial(MOMENTUM, FeatureMap.ELU_PLUS_ONE, KEY_SUM, 1, 2, 128));
    trials.add(trial(new UpdateRule.Momentum(0, 1), FeatureMap.IDENTITY, KEY_SUM, 2, 2, 32));
    return trials;
  }

  @ParameterizedTest
  @MethodSource("trials")
  void outputAndStateAgreeWithTheRecurrence(AttentionTrial trial) {
    AttentionTrial.Results actual = trial.runInPlace(gpu);
    AttentionTrial.Results expected = trial.runInPlace(processor);
    AttentionTrial.Results magnitudes = trial.magnitudes(processor);
    assertThat(actual.names()).isEqualTo(expected.names());
    for (int i = 0; i < expected.names().size(); i++) {
      String name = expected.names().get(i);
      assertClose(
          name,
          actual.values().get(i),
          expected.values().get(i),
          magnitudes.values().get(magnitudes.names().indexOf(name)),
          trial.channels());
    }
  }

  @Test
  void oneTokenIsAStepAndTwoAreNot() {
    gpu.profile();
    trial(MOMENTUM, FeatureMap.ELU_PLUS_ONE, KEY_SUM, 2, 2, 32).runInPlace(gpu);
    assertThat(kernels()).containsExactly("step.advance");
    new AttentionTrial(spec(MOMENTUM, FeatureMap.ELU_PLUS_ONE, KEY_SUM), 2, 2, 2, 32, true)
        .runInPlace(gpu);
    assertThat(kernels()).containsExactly("recurrence.forward");
  }

  @Test
  void channelsThatDoNotFillVectorsGoToTheRecurrence() {
    gpu.profile();
    trial(MOMENTUM, FeatureMap.ELU_PLUS_ONE, KEY_SUM, 2, 2, 20).runInPlace(gpu);
    assertThat(kernels()).containsExactly("recurrence.forward");
  }

  private static List<String> kernels() {
    return gpu.profile().orElseThrow().kernels().stream().map(Profile.KernelCount::name).toList();
  }

  /** A term passes one rounding for every channel, and some thirty in features and denominators. */
  private static void assertClose(
      String name, float[] actual, float[] expected, float[] magnitudes, int channels) {
    for (int i = 0; i < expected.length; i++) {
      double bound = 2 * (2 * channels + 30) * UNIT_ROUND_OFF * Math.abs(magnitudes[i]);
      assertThat((double) actual[i])
          .as("%s at %d, of magnitude %s", name, i, magnitudes[i])
          .isBetween(expected[i] - bound, expected[i] + bound);
    }
  }

  private static AttentionTrial trial(
      UpdateRule rule, FeatureMap map, Normaliser normaliser, int batch, int heads, int channels) {
    return new AttentionTrial(spec(rule, map, normaliser), batch, 1, heads, channels, true);
  }

  private static AttentionSpec spec(UpdateRule rule, FeatureMap map, Normaliser normaliser) {
    return new AttentionSpec(map, normaliser, rule, true, Padding.DECAY, new Schedule.Automatic());
  }
}
