package org.polyak.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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

  /** Long enough to bridge the gap between two verbs, short enough to leave the core to others. */
  private static final long SPIN_NANOS = 50_000;

  private final Worker callerWorker = new Worker();
  private final Helper[] helpers;

  /**
   * The number of the loop in the upper half, the number of its tasks that nobody claimed yet in
   * the lower. All else about a loop is set before and stays until all its tasks are done, so loops
   * need no object of their own.
   */
  private final AtomicLong tickets = new AtomicLong();

  private final AtomicInteger unfinished = new AtomicInteger();
  private int tasks;
  private volatile @Nullable Body body;
  private @Nullable Thread caller;
  private volatile @Nullable RuntimeException exception;
  private volatile @Nullable Error error;
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
    if (this.body != null) {
      throw new IllegalStateException(
          "A parallel loop is already running: loops do not nest and a backend is confined to one thread.");
    }
    if (tasks <= 0) {
      return;
    }
    begin(tasks, body);
    try {
      int wanted = Math.min(tasks - 1, helpers.length);
      for (int i = 0; i < wanted; i++) {
        helpers[i].wake();
      }
      work(callerWorker);
      awaitDone();
    } finally {
      this.body = null;
    }
    rethrow();
  }

  private void begin(int tasks, Body body) {
    this.tasks = tasks;
    this.body = body;
    caller = Thread.currentThread();
    exception = null;
    error = null;
    unfinished.set(tasks);
    long loop = (tickets.get() >>> Integer.SIZE) + 1;
    tickets.set(loop << Integer.SIZE | tasks);
  }

  private void rethrow() {
    if (error != null) {
      throw error;
    }
    if (exception != null) {
      throw exception;
    }
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

  /** Claims and runs tasks until there are none. */
  private void work(Worker worker) {
    for (long ticket = tickets.get(); waiting(ticket) > 0; ticket = tickets.get()) {
      // A late thread fails here: the number of the loop is part of the ticket. Whoever succeeds
      // sees the loop as it was set up, which stays so until this task is done.
      if (tickets.compareAndSet(ticket, ticket - 1)) {
        run(tasks - waiting(ticket), worker);
      }
    }
  }

  private static int waiting(long ticket) {
    return (int) ticket;
  }

  private void run(int task, Worker worker) {
    try {
      Body loop = body;
      if (loop != null && exception == null && error == null) {
        loop.run(task, worker);
      }
    } catch (RuntimeException e) {
      exception = e;
    } catch (Error e) {
      error = e;
    }
    Thread waitsForLast = caller;
    if (unfinished.decrementAndGet() == 0 && !Thread.currentThread().equals(waitsForLast)) {
      LockSupport.unpark(waitsForLast);
    }
  }

  private void awaitDone() {
    long deadline = System.nanoTime() + SPIN_NANOS;
    while (unfinished.get() > 0) {
      if (System.nanoTime() < deadline) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
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
        if (hasWork()) {
          work(worker);
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
      return waiting(tickets.get()) > 0;
    }
  }
}
