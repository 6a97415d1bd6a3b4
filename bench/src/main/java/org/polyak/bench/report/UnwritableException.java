package org.polyak.bench.report;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A report cannot be written. The message is for the user. */
public final class UnwritableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user and what caused it. */
  public UnwritableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
