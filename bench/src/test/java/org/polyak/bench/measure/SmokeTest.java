package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.load.Suite;
import org.polyak.bench.load.Variant;
import org.polyak.bench.result.Contender;
import org.polyak.opencl.OpenClBackendProvider;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.Probe;

/** Runs every benchmark once, at a shape that takes no time, so that none rots. */
class SmokeTest {
  private static final Map<String, String> OPENCL = Map.of("type", "cpu", "cache", "target/opencl");

  static Stream<LoadId> loads() {
    return Arrays.stream(Suite.values())
        .flatMap(suite -> suite.curves(Suite.Size.TINY, List.of(Variant.values())).stream())
        .flatMap(List::stream)
        .distinct();
  }

  @ParameterizedTest
  @MethodSource("loads")
  void everyLoadRunsOnTheCpu(LoadId load) {
    runs("cpu-simd", Map.of("threads", "1"), load);
  }

  @ParameterizedTest
  @MethodSource("loads")
  void everyLoadRunsOnOpenCl(LoadId load) {
    if (!Boolean.getBoolean("polyak.opencl.required")
        && new OpenClBackendProvider().probe(BackendOptions.of(OPENCL))
            instanceof Probe.Missing(String reason, String remedy)) {
      Assumptions.abort(reason + ". " + remedy);
    }
    runs("opencl", OPENCL, load);
  }

  @Test
  void aFailingLoadSaysWhy() {
    assertThat(measure("cpu-simd", Map.of(), new LoadId("matmul", "", "8x8")))
        .isInstanceOfSatisfying(
            Measured.Failure.class,
            failure -> assertThat(failure.reason()).contains("Shape '8x8' is not MxKxN"));
  }

  private static void runs(String backend, Map<String, String> options, LoadId load) {
    assertThat(measure(backend, options, load))
        .isInstanceOfSatisfying(
            Measured.Times.class,
            times -> {
              assertThat(times.seconds()).hasSize(1).allMatch(seconds -> seconds > 0);
              assertThat(times.peakBytes()).isPositive();
              assertThat(Loads.of(load).amount().rate(times.seconds().getFirst())).isPositive();
            });
  }

  private static Measured measure(String backend, Map<String, String> options, LoadId load) {
    Contender contender = new Contender(Contender.Kind.BACKEND, backend, "");
    return new BackendSubject(contender, new BackendRequest(backend, options), Effort.TRIAL)
        .measure(load);
  }
}
