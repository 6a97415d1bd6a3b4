package org.polyak.opencl.driver;

import org.polyak.spi.DeviceException;

/** A call of OpenCL that failed. The message says what was tried, why it failed and what to do. */
public final class OpenClException extends DeviceException {
  private static final long serialVersionUID = 1;

  private final int status;

  OpenClException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** OpenCL's error code, negative. */
  public int status() {
    return status;
  }
}
