package org.polyak.nn.checkpoint;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A checkpoint cannot be read, written or used here. The message is one paragraph for the user. */
public final class CheckpointException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public CheckpointException(String message) {
    this(message, null);
  }

  /** With a message for the user and what caused it. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
