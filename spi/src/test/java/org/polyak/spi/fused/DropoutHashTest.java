package org.polyak.spi.fused;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DropoutHashTest {
  @Test
  void valuesAreFixedForEverForEveryBackend() {
    assertThat(DropoutHash.mix(1)).isEqualTo(reference(1));
    assertThat(DropoutHash.mix(-123_456_789)).isEqualTo(reference(-123_456_789));
  }

  @Test
  void valuesAreUniformAndSeedsDecorrelated() {
    int n = 1 << 20;
    int[] counts = new int[16];
    int both = 0;
    for (int i = 0; i < n; i++) {
      float u = DropoutHash.uniform(42, i);
      assertThat(u).isBetween(0f, 1 - 0x1p-24f);
      counts[(int) (u * 16)]++;
      if (u < 0.5 && DropoutHash.uniform(43, i) < 0.5) {
        both++;
      }
    }
    // Five standard deviations of a binomial count.
    double deviation = 5 * Math.sqrt(n / 16.0 * 15 / 16);
    for (int count : counts) {
      assertThat((double) count).isBetween(n / 16.0 - deviation, n / 16.0 + deviation);
    }
    assertThat((double) both)
        .isBetween(n / 4.0 - 5 * Math.sqrt(n * 3 / 16.0), n / 4.0 + 5 * Math.sqrt(n * 3 / 16.0));
  }

  /** The documented mixing in unsigned 64-bit arithmetic. */
  private static int reference(int value) {
    long mask = 0xFFFF_FFFFL;
    long h = value & mask;
    h = (h ^ (h >> 16)) * 0x7FEB352DL & mask;
    h = (h ^ (h >> 15)) * 0x846CA68BL & mask;
    return (int) (h ^ (h >> 16));
  }
}
