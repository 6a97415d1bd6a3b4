package org.polyak.conformance.certificate;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Something that the user can mend, in one paragraph: what, where from, why, what to do. */
final class CertifyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final CertifyExit exit;

  CertifyException(CertifyExit exit, @Nullable String message) {
    this(exit, message, null);
  }

  CertifyException(CertifyExit exit, @Nullable String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  CertifyExit exit() {
    return exit;
  }
}
