package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void inputsComeFromWhereCertificatesSay() {
    assertThat(Samples.ORIGIN).contains("SplittableRandom", "String.hashCode", "split once");
    SplittableRandom random = new SplittableRandom("VERB-ADD-001".hashCode()).split();
    for (int drawn : new Samples("VERB-ADD-001").integers(50, 0, 1000)) {
      assertThat(drawn).isEqualTo(random.nextInt(0, 1000));
    }
  }

  /** Neighbouring ids have neighbouring hash codes; their sequences must not overlap. */
  @Test
  void casesThatFollowEachOtherDrawDifferentNumbers() {
    Set<Float> seen = new HashSet<>();
    for (int i = 1; i <= 9; i++) {
      for (float x : new Samples("VERB-ADD-00" + i).normal(100, 1)) {
        seen.add(x);
      }
    }
    assertThat(seen).hasSizeGreaterThan(895);
  }
}
