package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.heap.HeapProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

/** What a benchmark may be run on. */
class GateTest {
  @Test
  void letsThroughWhatPassesTheNamedCases() {
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS)) {
      Findings findings = Gate.require(backend, "VERB-MATMUL", "FUSED-LN-001");
      assertThat(findings.outcome()).isEqualTo(Outcome.CERTIFIED);
      assertThat(findings.results())
          .allMatch(result ->
              result.subject().id().startsWith("VERB-MATMUL-")
                  || result.subject().id().equals("FUSED-LN-001"));
    }
  }

  @Test
  void stopsABackendThatComputesLessThanItSaysAndNamesTheCases() {
    try (Backend backend = new ReducedBackend(Precision.BF16, Precision.F32)) {
      assertThatThrownBy(() -> Gate.require(backend, "VERB-MATMUL", "VERB-ADD"))
          .isInstanceOf(NotConformantException.class)
          .hasMessageContainingAll(
              "Backend 'heap'",
              "VERB-MATMUL-001 failed",
              "polyak certify --backend heap --case VERB-MATMUL-001")
          .message()
          .doesNotContain("VERB-ADD");
    }
  }

  @Test
  void letsThroughWhatFailsNoBindingCase() {
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS)) {
      Findings findings = Gate.require(backend, List.of(SmallCases.failing("T-001", Level.SHOULD)));
      assertThat(findings.failures(Level.SHOULD)).hasSize(1);
    }
  }

  @Test
  void refusesNamesThatNoCaseHas() {
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS)) {
      assertThatThrownBy(() -> Gate.require(backend, "VERB-MATMUL", "VERB-MATMULL"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("'VERB-MATMULL'", "Did you mean 'VERB-MATMUL'?");
    }
  }
}
