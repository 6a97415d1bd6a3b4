package org.polyak.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Fewer bits than a device admits do not pass. */
class ReducedPrecisionTest {
  private static final Set<Precision> REDUCED = EnumSet.of(Precision.TF32, Precision.BF16);

  private static final Set<String> CASES =
      Set.of(
          "VERB-MATMUL-005",
          "VERB-MATMUL-017",
          "FUSED-BIAS-GELU-005",
          "FUSED-LINEAR-RELU-005",
          "ATT-SOFT-003",
          "ATT-LIN-003",
          "ATT-MOM-020",
          "ATT-FULL-005");

  @Test
  void reducedProductsUnderTheNameOfFloat32FailTheseCases() {
    for (Precision precision : REDUCED) {
      assertThat(failing(new ReducedBackend(precision, Precision.F32))).isEqualTo(CASES);
    }
  }

  @Test
  void bfloat16UnderTheNameOfTensorFloat32FailsSome() {
    assertThat(failing(new ReducedBackend(Precision.BF16, Precision.TF32)))
        .contains("VERB-MATMUL-005", "VERB-MATMUL-017");
  }

  @Test
  void reducedProductsUnderTheirOwnNamePassThem() {
    for (Precision precision : REDUCED) {
      assertThat(failing(new ReducedBackend(precision, precision))).isEmpty();
    }
  }

  @Test
  void nearestFactorIsWithinTheRoundOff() {
    SplittableRandom random = new SplittableRandom(7);
    for (Precision precision : Precision.values()) {
      for (int i = 0; i < 10_000; i++) {
        float x = (float) Math.scalb(random.nextDouble(-1, 1), random.nextInt(-100, 100));
        float nearest = precision.nearest(x);
        assertThat(Math.abs((double) nearest - x))
            .isLessThanOrEqualTo(precision.factorRoundOff() * Math.abs(x));
        assertThat(precision.nearest(nearest)).isEqualTo(nearest);
      }
    }
  }

  @Test
  void tiesGoToEvenAndWhatIsNotFiniteStays() {
    for (Precision precision : REDUCED) {
      float step = (float) (2 * precision.factorRoundOff());
      assertThat(precision.nearest(1 + step / 2)).isEqualTo(1);
      assertThat(precision.nearest(1 + step * 1.5f)).isEqualTo(1 + 2 * step);
      assertThat(precision.nearest(Float.NaN)).isNaN();
      assertThat(precision.nearest(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    }
  }

  private static Set<String> failing(ReducedBackend backend) {
    List<ConformanceCase> cases =
        Catalogue.cases().stream().filter(one -> CASES.contains(one.id())).toList();
    assertThat(cases).hasSameSizeAs(CASES);
    Set<String> failing = new TreeSet<>();
    for (ConformanceCase one : cases) {
      if (!one.run(new CaseContext(backend, id -> id)).passed()) {
        failing.add(one.id());
      }
    }
    return failing;
  }
}
