package org.polyak.conformance.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.polyak.conformance.Outcome;

class CertificateTest {
  private static final GoldenReport KNOWN = new GoldenReport("vectors", 3, "0f", List.of());

  @Test
  void certifiesWhenEveryBindingCaseRanAndPassed() {
    var cases = List.of(Certificates.PASSED, Certificates.ADVISORY);
    assertThat(Certificates.of(cases, cases, Optional.of(KNOWN)).outcome())
        .isEqualTo(Outcome.CERTIFIED);
  }

  @Test
  void isPartialWhenACaseDidNotRun() {
    var cases = List.of(Certificates.PASSED, Certificates.MISSING);
    assertThat(Certificates.of(cases, List.of(Certificates.PASSED), Optional.empty()).outcome())
        .isEqualTo(Outcome.PARTIAL);
  }

  @Test
  void isPartialWhenAGoldenFileHasNoReplay() {
    var cases = List.of(Certificates.PASSED);
    assertThat(Certificates.of(cases, cases, Optional.of(Certificates.UNKNOWN)).outcome())
        .isEqualTo(Outcome.PARTIAL);
  }

  @Test
  void isFailedWhenABindingCaseFailedWhateverElseIsTrue() {
    assertThat(Certificates.ofEveryKind().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void everyOutcomeHasTheExitCodeThatTheHelpNames() {
    assertThat(CertifyExit.of(Outcome.CERTIFIED).code()).isZero();
    assertThat(CertifyExit.of(Outcome.FAILED).code()).isEqualTo(1);
    assertThat(CertifyExit.of(Outcome.PARTIAL).code()).isEqualTo(2);
  }
}
