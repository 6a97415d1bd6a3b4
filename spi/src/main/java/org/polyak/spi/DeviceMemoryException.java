package org.polyak.spi;

import java.io.Serial;

/** The device cannot hold another buffer. The message says what was asked and what to do. */
public final class DeviceMemoryException extends DeviceException {
  @Serial private static final long serialVersionUID = 1L;

  /** With a message for the user. */
  public DeviceMemoryException(String message) {
    super(message);
  }
}
