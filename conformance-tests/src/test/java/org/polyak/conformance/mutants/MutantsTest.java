package org.polyak.conformance.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Catalogue;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Verdict;
import org.polyak.spi.Backend;

/** The suite bites: every mutant fails the cases that are named for it, and nothing else does. */
class MutantsTest {
  private final Map<String, ConformanceCase> cases = new HashMap<>();
  private final List<Mutant> mutants = Mutants.all();

  MutantsTest() {
    Catalogue.cases().forEach(one -> cases.put(one.id(), one));
  }

  @TestFactory
  Stream<DynamicNode> everyMutantIsKilledByItsCases() {
    return mutants.stream()
        .map(mutant ->
            dynamicContainer(
                mutant.name(),
                mutant.killers().stream()
                    .map(id -> dynamicTest("by " + id, () -> assertKilled(mutant, id)))));
  }

  /** Otherwise a case could be a killer because it is wrong. */
  @TestFactory
  Stream<DynamicNode> goodBackendsPassTheCasesThatKillMutants() {
    return Stream.of(GoodBackend.values())
        .map(good ->
            dynamicContainer(
                good.name(),
                mutants.stream()
                    .filter(mutant -> mutant.origin() == good)
                    .flatMap(mutant -> mutant.killers().stream())
                    .distinct()
                    .map(id -> dynamicTest(id, () -> assertPassed(good, id)))));
  }

  @Test
  void thereAreAtLeastFortyMutantsWithNamesOfTheirOwn() {
    assertThat(mutants).hasSizeGreaterThanOrEqualTo(40);
    assertThat(mutants.stream().map(Mutant::name)).doesNotHaveDuplicates();
  }

  @Test
  void noMutantSurvives() {
    assertThat(mutants)
        .allSatisfy(mutant -> assertThat(mutant.killers()).isNotEmpty().doesNotHaveDuplicates());
  }

  @Test
  void thePageListsEveryMutantWithItsKillers() throws IOException {
    assertThat(MutantsPage.path())
        .as("docs/mutants.md, which MutantsPage writes")
        .hasContent(MutantsPage.text());
  }

  private void assertKilled(Mutant mutant, String id) {
    Verdict verdict = run(mutant.broken().get(), id);
    assertThat(verdict.passed()).as("case %s passes although %s", id, mutant.bug()).isFalse();
  }

  private void assertPassed(GoodBackend good, String id) {
    Verdict verdict = run(good.open(), id);
    assertThat(verdict.failures()).as(verdict.message()).isEmpty();
  }

  private Verdict run(Backend opened, String id) {
    ConformanceCase one =
        Objects.requireNonNull(cases.get(id), () -> "The catalogue has no case " + id + ".");
    try (opened) {
      return one.run(new CaseContext(opened, only -> "-Dpolyak.case=" + only));
    }
  }
}
