package org.polyak.opencl.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The process's signal handlers, kept while a driver does what may replace them, and put back on
 * close. Drivers that compile with LLVM, PoCL among them, install handlers for crashes of their
 * own. Java's handlers do everyday work, such as stopping threads for the collector: where another
 * one takes the first of two signals, the second ends the process without a word.
 */
final class SignalHandlers implements AutoCloseable {
  private static final int LAST_SIGNAL = 31;

  /** More than a {@code struct sigaction} has on any system. */
  private static final long HANDLER_BYTES = 256;

  private final Arena arena = Arena.ofConfined();
  private final MemorySegment[] handlers = new MemorySegment[LAST_SIGNAL + 1];

  /**
   * {@code int sigaction(int signal, const struct sigaction *now, struct sigaction *before)}; empty
   * on systems that have no such function, where there is nothing to keep.
   */
  private final Optional<MethodHandle> sigaction = sigaction();

  private SignalHandlers() {
    for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
      handlers[signal] = arena.allocate(HANDLER_BYTES, Long.BYTES);
      exchange(signal, MemorySegment.NULL, handlers[signal]);
    }
  }

  /** Remembers the handlers of now. */
  static SignalHandlers keep() {
    return new SignalHandlers();
  }

  /** The address of the function that a signal calls. */
  long handler(int signal) {
    return handlers[signal].get(ValueLayout.JAVA_LONG, 0);
  }

  @Override
  public void close() {
    for (int signal = 1; signal <= LAST_SIGNAL; signal++) {
      exchange(signal, handlers[signal], MemorySegment.NULL);
    }
    arena.close();
  }

  /** Two signals allow no handler, and answer with an error that means nothing here. */
  private void exchange(int signal, MemorySegment now, MemorySegment before) {
    if (sigaction.isPresent()) {
      try {
        int ignored = (int) sigaction.get().invokeExact(signal, now, before);
      } catch (Throwable e) {
        throw new IllegalStateException("The C library's sigaction cannot be called.", e);
      }
    }
  }

  @SuppressWarnings("restricted") // the C library's own function, with its own structure
  private static Optional<MethodHandle> sigaction() {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    return linker
        .defaultLookup()
        .find("sigaction")
        .map(address -> linker.downcallHandle(address, type));
  }
}
