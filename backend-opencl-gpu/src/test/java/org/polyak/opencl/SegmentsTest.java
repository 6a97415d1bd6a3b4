package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SegmentsTest {
  private static final int UNITS = 132;

  @Test
  void segmentsCoverTheSequenceAndNoneIsEmpty() {
    for (int tokens = 16; tokens < 20_000; tokens += 1 + tokens / 7) {
      for (int heads : new int[] {1, 32, 64, 512, 5000}) {
        for (int channels : new int[] {16, 32, 64}) {
          Segments segments = Segments.of(tokens, heads, channels, UNITS);
          assertThat(segments.lastLength(tokens))
              .as("%d tokens, %d heads, %d channels", tokens, heads, channels)
              .isBetween(1, segments.length());
        }
      }
    }
  }

  @Test
  void fewHeadsAreCutSoThatTheDeviceIsBusy() {
    assertThat(32 * Segments.of(16_384, 32, 64, UNITS).count()).isBetween(3 * UNITS, 4 * UNITS);
    assertThat(64 * Segments.of(4096, 64, 32, UNITS).count()).isBetween(11 * UNITS, 12 * UNITS);
    assertThat(256 * Segments.of(784, 256, 32, UNITS).count()).isBetween(11 * UNITS, 12 * UNITS);
  }

  @Test
  void manyHeadsOfAShortSequenceStayWhole() {
    assertThat(Segments.of(128, 512, 32, UNITS)).isEqualTo(new Segments(128, 1));
  }
}
