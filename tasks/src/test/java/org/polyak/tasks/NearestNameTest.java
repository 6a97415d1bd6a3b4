package org.polyak.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class NearestNameTest {
  private static final List<String> NAMES = List.of("attention.beta", "copy", "mnist", "momentum");

  @Test
  void findsAMisspeltName() {
    assertThat(NearestName.of("momentun", NAMES)).contains("momentum");
    assertThat(NearestName.of("mnits", NAMES)).contains("mnist");
    assertThat(NearestName.of("COPY", NAMES)).contains("copy");
    assertThat(NearestName.of("atention.beta", NAMES)).contains("attention.beta");
  }

  @Test
  void suggestsNothingForAnUnrelatedName() {
    assertThat(NearestName.of("translation", NAMES)).isEmpty();
    assertThat(NearestName.hint("translation", NAMES)).contains("copy, mnist, momentum");
  }

  @Test
  void countsASwapOfNeighboursAsOneEdit() {
    assertThat(NearestName.edits("copy", "cpoy")).isEqualTo(1);
    assertThat(NearestName.edits("", "abc")).isEqualTo(3);
    assertThat(NearestName.edits("kitten", "sitting")).isEqualTo(3);
  }
}
