package org.polyak.tasks.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns Ctrl-C into a request to stop: the JVM's shutdown waits until a command that trains has
 * written its checkpoint and said so. Other commands end at once.
 */
final class Interruption implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::await, "polyak-interruption");
  private volatile boolean requested;
  private volatile boolean held;

  private Interruption() {}

  /** Begins to listen. */
  static Interruption listen() {
    Interruption interruption = new Interruption();
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** From now on the process waits for this command, which asks {@link #requested} often. */
  void holdProcess() {
    held = true;
  }

  /** Whether the process is to end. */
  boolean requested() {
    return requested;
  }

  /** The command has come to its end. */
  @Override
  public void close() {
    finished.countDown();
    if (!requested) {
      removeHook();
    }
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is going down just now; the hook finds the command finished.
      requested = true;
    }
  }

  private void await() {
    requested = true;
    try {
      if (held && !finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("polyak: a step takes long; ending with the last checkpoint.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
