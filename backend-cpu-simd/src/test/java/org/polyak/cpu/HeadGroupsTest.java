package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadGroupsTest {
  @ParameterizedTest
  @CsvSource({
    // One thread takes whole rows, and so do two with a sequence or more for each.
    "1, 8, 1024, 1, 8",
    "4, 8, 1024, 2, 8",
    // Fewer heads where a thread would have nothing to do, or wait too long for another.
    "1, 8, 1024, 2, 4",
    "3, 8, 1024, 2, 4",
    "2, 8, 1024, 3, 2",
    "1, 6, 1024, 4, 2",
    "1, 8, 1024, 16, 1",
    // States of all heads must fit the cache.
    "1, 8, 65536, 1, 2",
    "1, 8, 1048576, 1, 1",
    // Nothing to do.
    "0, 8, 1024, 2, 8",
    "4, 0, 1024, 2, 1",
  })
  void tasksHoldAsManyHeadsAsKeepAllThreadsBusy(
      int batch, int heads, int stateSize, int threads, int perTask) {
    HeadGroups groups = HeadGroups.of(batch, heads, stateSize, threads);
    assertThat(groups.perTask()).isEqualTo(perTask);
    assertThat(groups.count() * perTask).isEqualTo(batch * heads);
  }
}
