package org.polyak.bench.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Something that the user can mend, in one paragraph: what, where from, why, what to do. */
final class BenchException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final BenchExit exit;

  BenchException(BenchExit exit, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  BenchExit exit() {
    return exit;
  }
}
