package org.polyak.bench.measure;

import java.io.Serial;

/** JMH cannot measure on this machine at this time. The message is for the user. */
public final class JmhException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  JmhException(String message, Throwable cause) {
    super(message, cause);
  }
}
