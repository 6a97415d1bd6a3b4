package org.polyak.nn.session;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The backend that was asked for is unknown or cannot start. The message is for the user. */
public final class BackendSelectionException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public BackendSelectionException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public BackendSelectionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
