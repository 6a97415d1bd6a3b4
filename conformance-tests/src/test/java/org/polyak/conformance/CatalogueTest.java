package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private final List<ConformanceCase> cases = Catalogue.cases();

  @Test
  void idsAreUnique() {
    assertThat(cases.stream().map(ConformanceCase::id)).doesNotHaveDuplicates();
  }

  /** A case that moves would take another's id: new cases go to the end of their family. */
  @Test
  void idsMeanWhatTheyMeantBefore() throws IOException {
    assertThat(cases.stream().map(ConformanceCase::toString))
        .as("catalogue.txt lists every case; add new ones there")
        .containsExactlyElementsOf(listed());
  }

  @Test
  void everyChapterHasItsNumberOfCases() {
    Map<Chapter, Integer> counts = new TreeMap<>();
    cases.forEach(one -> counts.merge(one.chapter(), 1, Integer::sum));
    assertThat(counts)
        .containsExactlyEntriesOf(
            new TreeMap<>(
                Map.of(
                    Chapter.MEMORY, 20,
                    Chapter.VERBS, 293,
                    Chapter.FUSED, 227,
                    Chapter.ATTENTION, 309,
                    Chapter.THEOREMS, 113,
                    Chapter.LAYERS, 140,
                    Chapter.LEARNING, 7,
                    Chapter.GRADIENTS, 36)));
  }

  @Test
  void fingerprintTellsCataloguesApart() {
    assertThat(Catalogue.fingerprint(cases))
        .isEqualTo(Catalogue.fingerprint(Catalogue.cases()))
        .isNotEqualTo(Catalogue.fingerprint(cases.subList(1, cases.size())))
        .matches("[0-9a-f]{64}");
  }

  @Test
  void everyCaseStatesItsDefinitionAndTheSource() {
    assertThat(cases)
        .allSatisfy(one -> {
          assertThat(one.title()).isNotBlank();
          assertThat(one.definition().statement()).isNotBlank();
          assertThat(one.definition().source()).isNotBlank();
        });
  }

  private static List<String> listed() throws IOException {
    try (InputStream list = CatalogueTest.class.getResourceAsStream("catalogue.txt")) {
      assertThat(list).as("catalogue.txt").isNotNull();
      return new String(list.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
