package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;

/** One benchmark at one shape: what is prepared, what is timed, and how much work that is. */
public interface Load {
  /**
   * Allocates and fills what the work needs, the same numbers on every backend.
   *
   * @param scope owner of the inputs, open as long as the work is used
   */
  Work prepare(Engine engine, Scope scope);

  /** How much one run of the work does. */
  Amount amount();

  /** Beginnings of the ids of the conformance cases that a backend must pass before it is timed. */
  List<String> gate();

  /** What is timed. It may leave work pending: whoever times it waits for the device. */
  @FunctionalInterface
  interface Work {
    /** Does it once. */
    void run();
  }
}
