package org.polyak.conformance;

import java.io.Serial;

/** A backend failed a binding case. The message names each and the command that runs it alone. */
public final class NotConformantException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With the whole message. */
  public NotConformantException(String message) {
    super(message);
  }
}
