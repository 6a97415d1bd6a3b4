package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TilePlanTest {
  /** Compute units of an H200. */
  private static final int UNITS = 132;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "1, 1, 0, 5",
    "64, 32, 17, 8",
    "1, 256, 8192, 1024",
    "3, 5, 100000, 7",
    "1, 8192, 256, 1024",
    "1, 33, 129, 65"
  })
  void partsCoverTheInnerAxisWithoutAnEmptyOne(long batch, int rows, int inner, int columns) {
    for (Precision precision : Precision.values()) {
      TilePlan plan = choose(precision, batch, rows, inner, columns);
      assertThat((long) plan.parts() * plan.depth()).isGreaterThanOrEqualTo(inner);
      assertThat((plan.parts() - 1) * plan.depth()).isLessThanOrEqualTo(Math.max(0, inner - 1));
      assertThat(plan.parts() == 1 || plan.depth() % Tile.DEPTH == 0).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aLargeProductTakesTheLargestTileInOnePart(Precision precision) {
    TilePlan plan = choose(precision, 1, 4096, 4096, 4096);
    assertThat(plan.tile()).isEqualTo(Tile.all(precision).getFirst());
    assertThat(plan.parts()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void aSmallResultOfALongInnerAxisOccupiesMostOfTheDevice(Precision precision) {
    TilePlan plan = choose(precision, 1, 256, 8192, 256);
    assertThat(plan.tile().cover(256, 256) * plan.parts()).isGreaterThan(UNITS * 3 / 4);
  }

  @Test
  void aFewRowsDoNotTakeTheLargestTile() {
    assertThat(choose(Precision.F32, 1, 8, 256, 1024).tile().rows()).isLessThan(128);
  }

  private static TilePlan choose(
      Precision precision, long batch, int rows, int inner, int columns) {
    return TilePlan.choose(
        Tile.all(precision), new TilePlan.Extents(batch, rows, inner, columns), UNITS);
  }
}
