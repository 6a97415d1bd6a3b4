package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class LaneShareTest {
  private static final int BLOCK = 16;
  private static final int TOKENS_ABREAST = 4;

  @Test
  void lanesHoldTheWholeStateOnce() {
    forEach((channels, share) ->
        assertThat(channels * share.rowBlocks() * share.columnBlocks() * BLOCK)
            .isEqualTo(channels * channels));
  }

  @Test
  void aTileIsCarriedByAllLanesEquallyOften() {
    forEach((channels, share) -> assertThat(share.tile() % TOKENS_ABREAST).isZero());
  }

  private static void forEach(BiConsumer<Integer, LaneShare> check) {
    for (SegmentSource source : SegmentSource.values()) {
      for (Reading reading : Reading.values()) {
        for (int channels : new int[] {16, 32, 64}) {
          for (boolean momentum : new boolean[] {false, true}) {
            check.accept(channels, LaneShare.of(source, reading, channels, momentum));
          }
        }
      }
    }
  }
}
