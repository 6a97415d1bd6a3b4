package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelWarmupTest {
  @ParameterizedTest
  @EnumSource
  void everyTileStaysInsideTheArraysOfTheWarmUp(VectorWidth width) {
    KernelWarmup warmup = new KernelWarmup(GemmBlocks.of(width).kernel());
    assertThatCode(warmup::run).doesNotThrowAnyException();
  }
}
