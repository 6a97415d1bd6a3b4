package org.polyak.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.LoadId;
import org.polyak.bench.load.Loads;
import org.polyak.bench.result.Contender;
import org.polyak.nn.session.Session;
import org.polyak.spi.MemoryStats;
import org.polyak.spi.Scope;

/**
 * What steps of training take of the Java heap. The model is so small that its loops are over at
 * once: what is left is what each operation of a step allocates, which does not depend on widths.
 */
class TrainingMemoryTest {
  private static final LoadId LOAD = new LoadId("training-step", "momentum", "tiny:2x6");
  private static final Map<String, String> OPTIONS = Map.of("threads", "2");

  /** Seconds of warm-up are tens of thousands of steps, until the rarest kernel is compiled. */
  private static final Effort EFFORT = new Effort(1, 24, 3, Duration.ofMillis(500));

  /** A step of one layer takes 29 KiB where all loops are compiled well, and took 42 once. */
  private static final double MOST_BYTES = 40 * 1024;

  /** Compilers do not decide alike in every process: an unlucky one is no regression. */
  private static final int PROCESSES = 3;

  private static final int WARM_UP = 3_000;

  /** Steps over which nothing may grow; the limit catches a leak of 30 bytes a step. */
  private static final int STEPS = Integer.getInteger("polyak.steps", 10_000);

  private static final long MOST_GROWTH = 256 * 1024;

  @Test
  void aStepAllocatesLittle() {
    double least = Double.POSITIVE_INFINITY;
    for (int process = 0; process < PROCESSES && least > MOST_BYTES; process++) {
      least = Math.min(least, heapOfOneStep());
    }
    assertThat(least).as("bytes a step").isBetween(1.0, MOST_BYTES);
  }

  private static double heapOfOneStep() {
    Contender contender = new Contender(Contender.Kind.BACKEND, "cpu-simd", "");
    BackendRequest request = new BackendRequest("cpu-simd", OPTIONS);
    return switch (new BackendSubject(contender, request, EFFORT).measure(LOAD)) {
      case Measured.Times times -> times.heapBytes();
      case Measured.Failure(String reason) -> throw new AssertionError(reason);
    };
  }

  @Test
  void heldMemoryDoesNotGrow() {
    Load load = Loads.of(LOAD);
    try (Session session = new BackendRequest("cpu-simd", OPTIONS).open();
        Scope scope = session.openScope("training")) {
      Load.Work work = load.prepare(session.engine(), scope);
      repeat(WARM_UP, work);
      MemoryStats device = scope.stats();
      long heap = heldHeap();
      repeat(STEPS, work);
      assertThat(heldHeap() - heap).as("growth of the heap").isLessThan(MOST_GROWTH);
      assertThat(scope.stats()).isEqualTo(device);
    }
  }

  private static void repeat(int times, Load.Work work) {
    for (int i = 0; i < times; i++) {
      work.run();
    }
  }

  private static long heldHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
