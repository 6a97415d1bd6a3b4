package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.polyak.opencl.driver.Memory;
import org.polyak.opencl.driver.Queue;
import org.polyak.opencl.driver.TestDevices;
import org.polyak.spi.Buffer;
import org.polyak.spi.DType;
import org.polyak.spi.DeviceMemoryException;

class MemoryPoolTest {
  private Queue queue;
  private MemoryPool pool;

  @BeforeEach
  void open() {
    queue = TestDevices.queue();
    pool = new MemoryPool(queue);
  }

  @AfterEach
  void close() {
    pool.close();
    queue.close();
  }

  @Test
  void aBlockThatWasGivenBackServesTheNextRequestOfItsSize() {
    Buffer first = pool.allocate(DType.F32, 1000);
    Memory block = ((OpenClBuffer) first).block();
    pool.free(first);
    assertThat(((OpenClBuffer) pool.allocate(DType.F32, 1010)).block()).isSameAs(block);
    assertThat(pool.heldBytes()).isEqualTo(block.bytes());
  }

  @Test
  void blocksInUseAreNeverShared() {
    Memory first = ((OpenClBuffer) pool.allocate(DType.F32, 1000)).block();
    Memory second = ((OpenClBuffer) pool.allocate(DType.F32, 1000)).block();
    assertThat(first).isNotSameAs(second);
    assertThat(pool.heldBytes()).isEqualTo(first.bytes() + second.bytes());
  }

  @Test
  void closingGivesAllFreeBlocksBackToTheDevice() {
    Buffer small = pool.allocate(DType.F32, 10);
    Buffer large = pool.allocate(DType.F32, 100_000);
    pool.free(small);
    pool.free(large);
    pool.close();
    assertThat(pool.heldBytes()).isZero();
    Memory released = ((OpenClBuffer) large).block();
    assertThatThrownBy(() -> queue.read(released, 0, MemorySegment.ofArray(new float[1])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was released");
  }

  @Test
  void roundingUpWastesAtMostAnEighth() {
    for (long bytes = 1; bytes < 1L << 40; bytes = bytes * 9 / 8 + 1) {
      long size = MemoryPool.sizeClass(bytes);
      assertThat(size).isGreaterThanOrEqualTo(bytes);
      assertThat(MemoryPool.sizeClass(size)).as("class of a class").isEqualTo(size);
      if (bytes > 256) {
        assertThat(size - bytes).as("%d bytes", bytes).isLessThanOrEqualTo(size / 8);
      }
    }
  }

  @Test
  void whatTheDeviceCannotHoldIsRefusedWithFiguresAndTheFreeBlocksAreGivenUpFirst() {
    pool.free(pool.allocate(DType.F32, 1000));
    long elements = queue.device().largestAllocation() / Float.BYTES + 1;
    assertThatThrownBy(() -> pool.allocate(DType.F32, elements))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining(queue.device().name())
        .hasMessageContaining("no room for %,d bytes".formatted(elements * Float.BYTES))
        .hasMessageContaining("%,d".formatted(queue.device().memoryBytes()))
        .hasMessageContaining("more than %,d".formatted(queue.device().largestAllocation()))
        .hasMessageEndingWith("Use a smaller batch or model.");
    assertThat(pool.heldBytes()).isZero();
  }
}
