package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CaseSelectionTest {
  private static final List<ConformanceCase> CATALOGUE = Catalogue.cases();

  @Test
  void selectsEverythingAChapterAndWhatBeginsWithAnId() {
    assertThat(CaseSelection.ALL.from(CATALOGUE)).isEqualTo(CATALOGUE);
    assertThat(new CaseSelection(Set.of(Chapter.MEMORY), List.of()).from(CATALOGUE))
        .isNotEmpty()
        .allMatch(one -> one.chapter() == Chapter.MEMORY);
    assertThat(CaseSelection.of("ATT-MOM", "FUSED-LN-001").from(CATALOGUE))
        .isNotEmpty()
        .allMatch(one -> one.id().startsWith("ATT-MOM-") || one.id().equals("FUSED-LN-001"));
  }

  @Test
  void aCasesOwnIdSelectsThatCaseAlone() {
    List<ConformanceCase> cases =
        List.of(SmallCases.passing("GOLD-10_dmol1"), SmallCases.passing("GOLD-10_dmol1_sharp"));
    assertThat(CaseSelection.of("GOLD-10_dmol1").from(cases)).containsExactly(cases.getFirst());
    assertThat(CaseSelection.of("GOLD-10").from(cases)).isEqualTo(cases);
  }

  @Test
  void refusesWhatSelectsNothingAndSuggestsTheNearest() {
    assertThatThrownBy(() -> CaseSelection.of("ATT-MON").from(CATALOGUE))
        .hasMessageContainingAll("'ATT-MON'", "Did you mean 'ATT-MOM'?");
    assertThatThrownBy(() -> CaseSelection.of("ATT-MOM", "").from(CATALOGUE))
        .hasMessageContaining("''");
    assertThatThrownBy(
            () -> new CaseSelection(Set.of(Chapter.VERBS), List.of("ATT-MOM")).from(CATALOGUE))
        .hasMessageContainingAll("ATT-MOM", "verbs");
    assertThatThrownBy(() -> new CaseSelection(Set.of(Chapter.GOLDEN), List.of()).from(CATALOGUE))
        .hasMessageContaining("no case in chapter golden");
  }

  @Test
  void findsChaptersByTitle() {
    assertThat(CaseSelection.chapter("Verbs")).isEqualTo(Chapter.VERBS);
    assertThatThrownBy(() -> CaseSelection.chapter("atention"))
        .hasMessageContainingAll("'atention'", "Did you mean 'attention'?", "memory, verbs");
  }
}
