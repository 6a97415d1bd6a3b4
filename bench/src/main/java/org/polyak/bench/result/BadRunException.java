package org.polyak.bench.result;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The record of a run is missing or cannot be understood. The message is for the user. */
public final class BadRunException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user and what caused it. */
  public BadRunException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
