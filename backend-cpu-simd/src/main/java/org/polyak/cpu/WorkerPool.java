package org.polyak.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that share the tasks of one loop at a time. The calling thread is one of
 * them.
 *
 * <p>Which thread runs which task is left to chance, so a caller whose tasks write disjoint memory,
 * and which cuts its work by shape alone, gets the same bits for any number of threads. Idle
 * threads spin briefly and then park. Confined to one calling thread at a time; loops do not nest.
 */
final class WorkerPool implements AutoCloseable {
  /** One iteration of a parallel loop. */
  @FunctionalInterface
  interface Body {
    /** Runs a task with the scratch memory of the thread that claimed it. */
    void run(int task, Worker worker);
  }

  /** What one thread keeps from task to task of a loop. */
  interface Share extends AutoCloseable {
    /** Runs a task. */
    void run(int task);

    /** Gives back what the thread borrowed. */
    @Override
    void close();
  }

  /** Long enough to bridge the gap between two verbs, short enough to leave the core to others. */
  private static final long SPIN_NANOS = 50_000;

  private final Worker callerWorker = new Worker();
  private final Helper[] helpers;
  private volatile @Nullable Job current;
  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param threads number of threads including the caller's, at least 1
   */
  WorkerPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("A pool needs at least one thread, not " + threads + ".");
    }
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
    }
    for (Helper helper : helpers) {
      helper.thread.start();
    }
  }

  /** Number of threads including the caller's. */
  int threads() {
    return helpers.length + 1;
  }

  /**
   * Runs tasks 0 to {@code tasks} − 1 and returns when all are done. When a task throws, tasks not
   * yet begun are dropped and the exception is thrown here.
   */
  void parallelFor(int tasks, Body body) {
    if (closed) {
      throw new IllegalStateException("The worker pool is closed.");
    }
    if (current != null) {
      throw new IllegalStateException(
          "A parallel loop is already running: loops do not nest and a backend is confined to one thread.");
    }
    if (tasks <= 0) {
      return;
    }
    Job job = new Job(tasks, body, Thread.currentThread());
    current = job;
    try {
      int wanted = Math.min(tasks - 1, helpers.length);
      for (int i = 0; i < wanted; i++) {
        helpers[i].wake();
      }
      job.work(callerWorker);
      job.awaitDone();
    } finally {
      current = null;
    }
    job.rethrow();
  }

  /**
   * As {@link #parallelFor(int, Body)}, for tasks that need much before they begin: each thread
   * that claims a task makes a share and runs all its tasks with it.
   */
  void parallelFor(int tasks, Function<Worker, Share> shares) {
    AtomicInteger next = new AtomicInteger();
    parallelFor(
        Math.min(tasks, threads()),
        (thread, worker) -> {
          int task = next.getAndIncrement();
          if (task < tasks) {
            try (Share share = shares.apply(worker)) {
              for (; task < tasks; task = next.getAndIncrement()) {
                share.run(task);
              }
            } finally {
              next.set(tasks);
            }
          }
        });
  }

  /** Ends the threads and waits for them. Harmless when repeated. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper.thread);
      while (helper.thread.isAlive()) {
        try {
          helper.thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** One parallel loop. Late threads find its tasks exhausted, so it is never used twice. */
  private static final class Job {
    private final int tasks;
    private final Body body;
    private final Thread caller;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unfinished;
    private volatile @Nullable RuntimeException exception;
    private volatile @Nullable Error error;

    Job(int tasks, Body body, Thread caller) {
      this.tasks = tasks;
      this.body = body;
      this.caller = caller;
      this.unfinished = new AtomicInteger(tasks);
    }

    boolean hasTasks() {
      return next.get() < tasks;
    }

    void work(Worker worker) {
      for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
        try {
          if (exception == null && error == null) {
            body.run(task, worker);
          }
        } catch (RuntimeException e) {
          exception = e;
        } catch (Error e) {
          error = e;
        }
        if (unfinished.decrementAndGet() == 0 && !caller.equals(Thread.currentThread())) {
          LockSupport.unpark(caller);
        }
      }
    }

    void awaitDone() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      while (unfinished.get() > 0) {
        if (System.nanoTime() < deadline) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
        }
      }
    }

    void rethrow() {
      if (error != null) {
        throw error;
      }
      if (exception != null) {
        throw exception;
      }
    }
  }

  /** A thread of the pool other than the caller's. */
  private final class Helper {
    private final Worker worker = new Worker();
    private final Thread thread;
    private volatile boolean parked;

    Helper(int number) {
      thread = Thread.ofPlatform().daemon().name("polyak-cpu-" + number).unstarted(this::loop);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    private void loop() {
      while (!closed) {
        Job job = current;
        if (job != null && job.hasTasks()) {
          job.work(worker);
        } else {
          idle();
        }
      }
    }

    private void idle() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      while (System.nanoTime() < deadline) {
        if (hasWork() || closed) {
          return;
        }
        Thread.onSpinWait();
      }
      parked = true;
      while (!hasWork() && !closed) {
        LockSupport.park(WorkerPool.this);
      }
      parked = false;
    }

    private boolean hasWork() {
      Job job = current;
      return job != null && job.hasTasks();
    }
  }
}
