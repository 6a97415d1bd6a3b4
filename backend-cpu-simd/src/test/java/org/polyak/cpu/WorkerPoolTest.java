package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  @Test
  void everyTaskRunsExactlyOnce() {
    try (WorkerPool pool = new WorkerPool(4)) {
      for (int tasks = 0; tasks < 200; tasks++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
        pool.parallelFor(tasks, (task, worker) -> runs.incrementAndGet(task));
        for (int task = 0; task < tasks; task++) {
          assertThat(runs.get(task)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void tasksRunOnSeveralThreadsAtOnceAndEachHasItsOwnScratch() {
    try (WorkerPool pool = new WorkerPool(3)) {
      CountDownLatch together = new CountDownLatch(3);
      Set<Worker> workers = ConcurrentHashMap.newKeySet();
      pool.parallelFor(
          3,
          (task, worker) -> {
            workers.add(worker);
            together.countDown();
            awaitUninterrupted(together);
          });
      assertThat(workers).hasSize(3);
    }
  }

  @Test
  void anExceptionReachesTheCallerAndThePoolStaysUsable() {
    try (WorkerPool pool = new WorkerPool(3)) {
      IllegalStateException thrown = new IllegalStateException("task 5");
      assertThatThrownBy(() ->
              pool.parallelFor(
                  100,
                  (task, worker) -> {
                    if (task == 5) {
                      throw thrown;
                    }
                  }))
          .isSameAs(thrown);
      AtomicInteger runs = new AtomicInteger();
      pool.parallelFor(10, (task, worker) -> runs.incrementAndGet());
      assertThat(runs).hasValue(10);
    }
  }

  @Test
  void helpersWakeAfterTheyParked() throws InterruptedException {
    try (WorkerPool pool = new WorkerPool(2)) {
      for (int round = 0; round < 5; round++) {
        Thread.sleep(5);
        CountDownLatch together = new CountDownLatch(2);
        pool.parallelFor(
            2,
            (task, worker) -> {
              together.countDown();
              awaitUninterrupted(together);
            });
        assertThat(together.getCount()).isZero();
      }
    }
  }

  @Test
  void loopsDoNotNest() {
    try (WorkerPool pool = new WorkerPool(2)) {
      assertThatThrownBy(
              () -> pool.parallelFor(1, (task, worker) -> pool.parallelFor(1, (t, w) -> {})))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("do not nest");
    }
  }

  @Test
  void closeEndsTheThreadsAndFurtherLoopsAreRefused() {
    WorkerPool pool = new WorkerPool(3);
    pool.parallelFor(5, (task, worker) -> {});
    pool.close();
    pool.close();
    assertThatThrownBy(() -> pool.parallelFor(1, (task, worker) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void aPoolNeedsAThread() {
    assertThatThrownBy(() -> new WorkerPool(0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
