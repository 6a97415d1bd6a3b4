package org.polyak.spi;

import java.io.Serial;

/**
 * The device or its driver failed, and what was computed on it is lost. The message is for the
 * user: what was tried, why it failed, and what to do. Backends may have exceptions of their own
 * below this one.
 */
public class DeviceException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public DeviceException(String message) {
    super(message);
  }
}
