package org.polyak.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.example.heap.HeapProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Outcome;
import org.polyak.conformance.Precision;
import org.polyak.conformance.SuiteRun;
import org.polyak.conformance.Verdict;
import org.polyak.spi.BackendOptions;

/** Pins the oracle to golden vectors, within the tolerances that these state for float64. */
class GoldenOracleTest {
  @TestFactory
  Stream<DynamicTest> oracleReproducesGoldenVectors() {
    Optional<GoldenDirectory> directory = GoldenDirectory.find();
    if (directory.isEmpty()) {
      System.out.println(GoldenDirectory.absence() + " The oracle is not compared with them.");
      Assumptions.abort(GoldenDirectory.absence());
    }
    List<ConformanceCase> cases = GoldenCases.read(directory.orElseThrow(), Precision.F32).oracle();
    SuiteRun run =
        new SuiteRun(new HeapProvider().open(BackendOptions.DEFAULTS), cases, id -> "this test");
    List<DynamicTest> tests = new ArrayList<>();
    for (ConformanceCase one : cases) {
      tests.add(
          dynamicTest(
              one.id(),
              () -> {
                Verdict verdict = run.run(one).verdict();
                assertThat(verdict.failures()).as(verdict.message()).isEmpty();
                assertThat(verdict.worst()).as("something was compared").isNotNull();
              }));
    }
    tests.add(
        dynamicTest(
            "every file that the oracle knows was replayed",
            () -> {
              Findings findings = run.findings();
              assertThat(findings.outcome()).isEqualTo(Outcome.CERTIFIED);
              assertThat(findings.total()).isEqualTo(137);
            }));
    return tests.stream();
  }
}
