package org.polyak.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.bench.measure.BackendRequest;
import org.polyak.nn.session.Session;
import org.polyak.spi.Scope;

/** What loads find, which peers are held to. */
class LoadsTest {
  static Stream<LoadId> loads() {
    return Arrays.stream(Suite.values())
        .flatMap(suite -> suite.curves(Suite.Size.TINY, List.of(Variant.values())).stream())
        .flatMap(List::stream)
        .distinct();
  }

  /** Otherwise a peer's wrong result could pass. */
  @ParameterizedTest
  @MethodSource("loads")
  void everyLoadFindsNumbersThatTellSomething(LoadId id) {
    Load load = Loads.of(id);
    assertThat(load.tolerance()).isBetween(1e-7, 1e-2);
    assertThat(outputs(load))
        .isNotEmpty()
        .allSatisfy(output -> {
          double squares = 0;
          for (float value : output) {
            squares += (double) value * value;
          }
          assertThat(squares).isFinite().isPositive();
        });
  }

  @Test
  void rowsOfSoftmaxSumToOne() {
    float[] rows = outputs(Loads.of(new LoadId("softmax", "", "2x3"))).getFirst();
    // Three roundings of numbers below 1.
    assertThat(rows[0] + rows[1] + rows[2]).isCloseTo(1, within(3 * 0x1p-24f));
  }

  /** With a cache and without: the same attention, up to the order of sums. */
  @Test
  void theRecomputedPixelIsTheGeneratedOne() {
    Load recomputed = Loads.of(new LoadId("recomputed-pixel", "softmax", "tiny:1x4"));
    Load generated = Loads.of(new LoadId("generation", "softmax", "tiny:1x4"));
    float[] last = outputs(recomputed).getFirst();
    float[] step = outputs(generated).getLast();
    assertThat(last).hasSameSizeAs(step);
    for (int i = 0; i < last.length; i++) {
      assertThat((double) last[i])
          .isCloseTo(step[i], within(generated.tolerance() * (1 + Math.abs(step[i]))));
    }
  }

  /** Eight steps on one batch must show, or a peer's wrong optimiser would not. */
  @Test
  void trainingLowersTheLossByFarMoreThanIsTolerated() {
    Load load = Loads.of(new LoadId("training-step", "momentum", "tiny:2x6"));
    List<float[]> losses = outputs(load);
    assertThat(sum(losses.getFirst()) - sum(losses.getLast()))
        .isGreaterThan(100 * load.tolerance() * sum(losses.getFirst()));
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static List<float[]> outputs(Load load) {
    try (Session session = new BackendRequest("cpu-simd", Map.of("threads", "1")).open();
        Scope scope = session.openScope("outputs")) {
      return load.prepare(session.engine(), scope).outputs();
    }
  }
}
