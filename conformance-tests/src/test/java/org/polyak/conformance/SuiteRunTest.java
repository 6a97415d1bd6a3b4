package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.example.heap.HeapProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;

/** A run knows what ran, what did not, and what that makes of the backend. */
class SuiteRunTest {
  private static final ConformanceCase PASSING = SmallCases.passing("T-001");
  private static final ConformanceCase FAILING = SmallCases.failing("T-002", Level.MUST);
  private static final ConformanceCase ADVISORY = SmallCases.failing("T-003", Level.SHOULD);

  private final Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS);

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void aRunOfEveryCaseThatPassesCertifies() {
    Findings findings = run(List.of(PASSING), List.of(PASSING));
    assertThat(findings.complete()).isTrue();
    assertThat(findings.outcome()).isEqualTo(Outcome.CERTIFIED);
  }

  @Test
  void aRunOfFewerCasesThanTheListHoldsIsPartialAndNamesThem() {
    Findings findings = run(List.of(PASSING, FAILING), List.of(PASSING));
    assertThat(findings.complete()).isFalse();
    assertThat(findings.outcome()).isEqualTo(Outcome.PARTIAL);
    assertThat(findings.missing()).containsExactly(FAILING);
    assertThat(findings.missingSentence())
        .isEqualTo("1 of 2 cases did not run, among them [T-002].");
  }

  @Test
  void oneFailedBindingCaseFailsEvenAnIncompleteRun() {
    assertThat(run(List.of(PASSING, FAILING), List.of(FAILING)).outcome())
        .isEqualTo(Outcome.FAILED);
  }

  @Test
  void aFailedCaseThatIsNotBindingIsListedAndCertifiesNevertheless() {
    Findings findings = run(List.of(PASSING, ADVISORY), List.of(PASSING, ADVISORY));
    assertThat(findings.outcome()).isEqualTo(Outcome.CERTIFIED);
    assertThat(findings.failures(Level.SHOULD))
        .extracting(CaseResult::subject)
        .containsExactly(ADVISORY);
    assertThat(findings.failures(Level.MUST)).isEmpty();
  }

  @Test
  void aCaseThatEndsInAnErrorHasFailedAndTheNextOneRuns() {
    ConformanceCase broken = SmallCases.breaking("T-004");
    Findings findings = run(List.of(broken, PASSING), List.of(broken, PASSING));
    assertThat(findings.complete()).isTrue();
    assertThat(findings.failures(Level.MUST))
        .singleElement()
        .satisfies(failed ->
            assertThat(failed.verdict().message()).contains("no acme in java.library.path"));
  }

  @Test
  void aRunOfNothingCertifiesNothing() {
    assertThat(run(List.of(), List.of()).outcome()).isEqualTo(Outcome.PARTIAL);
  }

  @Test
  void tellsItsListenerAndKeepsTheOrderOfTheList() {
    List<String> told = new ArrayList<>();
    SuiteRun run = new SuiteRun(backend, List.of(PASSING, FAILING), id -> "again " + id);
    run.run(
        List.of(FAILING, PASSING),
        new SuiteRun.Listener() {
          @Override
          public void starting(ConformanceCase subject) {
            told.add("start " + subject.id());
          }

          @Override
          public void finished(CaseResult result) {
            told.add(result.verdict().rerun());
          }
        });
    assertThat(told).containsExactly("start T-002", "again T-002", "start T-001", "again T-001");
    assertThat(run.findings().results())
        .extracting(CaseResult::subject)
        .containsExactly(PASSING, FAILING);
  }

  @Test
  void theCaseClosestToItsBoundIsTheTightest() {
    ConformanceCase near = SmallCases.comparing("T-004", 0.9);
    ConformanceCase far = SmallCases.comparing("T-005", 0.1);
    Findings findings = run(List.of(far, PASSING, near), List.of(far, PASSING, near));
    assertThat(findings.tightest(5)).extracting(CaseResult::subject).containsExactly(near, far);
    assertThat(findings.chapters())
        .singleElement()
        .satisfies(chapter ->
            assertThat(chapter.line())
                .isEqualTo("verbs      3 of 3 passed, worst headroom 0.900 in T-004"));
  }

  @Test
  void refusesACaseThatIsNotInItsListAndTwoOfOneName() {
    SuiteRun run = new SuiteRun(backend, List.of(PASSING), id -> id);
    assertThatThrownBy(() -> run.run(FAILING)).hasMessageContaining("T-002");
    assertThatThrownBy(() -> new SuiteRun(backend, List.of(PASSING, PASSING), id -> id))
        .hasMessageContaining("Two cases have the id T-001");
  }

  private Findings run(List<ConformanceCase> cases, List<ConformanceCase> selected) {
    SuiteRun run = new SuiteRun(backend, cases, id -> "again " + id);
    run.run(selected, result -> {});
    return run.findings();
  }
}
