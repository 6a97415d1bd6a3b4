package org.polyak.opencl.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenCL counts references: a handle that is released twice would take another's away. */
class HandlesTest {
  private static final String SOURCE =
      """
      kernel void twice(global float* values) {
        values[get_global_id(0)] *= 2;
      }
      """;

  @TempDir private Path folder;

  @Test
  void everyHandleIsReleasedOnceHoweverOftenItIsClosed() {
    Queue queue = TestDevices.queue();
    Memory memory = queue.allocate(Float.BYTES).orElseThrow();
    Program program = program(queue);
    Kernel kernel = program.kernel("twice");
    for (AutoCloseable handle : new AutoCloseable[] {kernel, program, memory, queue}) {
      assertThatCode(handle::close).doesNotThrowAnyException();
      assertThatCode(handle::close).doesNotThrowAnyException();
    }
  }

  @Test
  void whatIsReleasedCannotBeUsed() {
    try (Queue queue = TestDevices.queue()) {
      Memory memory = queue.allocate(Float.BYTES).orElseThrow();
      Program program = program(queue);
      Kernel kernel = program.kernel("twice");
      memory.close();
      assertThatThrownBy(() -> kernel.memory(memory)).isInstanceOf(IllegalStateException.class);
      kernel.close();
      assertThatThrownBy(() -> kernel.integer(1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'twice' was released");
      program.close();
      assertThatThrownBy(() -> program.kernel("twice"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("test.cl was released");
    }
  }

  @Test
  void aKernelOutlivesItsProgramAndCountsItsLaunches() {
    float[] values = {1, 2, 3, 4};
    try (Queue queue = new Queue(TestDevices.processor(), true);
        Memory memory = queue.allocate(4L * Float.BYTES).orElseThrow()) {
      Kernel kernel;
      try (Program program = program(queue)) {
        kernel = program.kernel("twice");
      }
      try (kernel) {
        queue.write(MemorySegment.ofArray(values), memory, 0);
        kernel.memory(memory).launch(queue, 4, 1);
        kernel.begin().memory(memory).launch(queue, 4, 1);
        queue.read(memory, 0, MemorySegment.ofArray(values));
        queue.readClock();
        assertThat(values).containsExactly(4, 8, 12, 16);
        assertThat(kernel.launches()).isEqualTo(2);
        assertThat(kernel.nanoseconds()).isPositive();
        assertThat(queue.uploads().bytes()).isEqualTo(4L * Float.BYTES);
        assertThat(queue.downloads().count()).isOne();
        kernel.clearCounts();
        queue.clearCounts();
        assertThat(kernel.launches()).isZero();
        assertThat(queue.uploads().count()).isZero();
      }
    }
  }

  private Program program(Queue queue) {
    return Program.build(queue, new ProgramCache(folder), "test.cl", SOURCE, "");
  }
}
