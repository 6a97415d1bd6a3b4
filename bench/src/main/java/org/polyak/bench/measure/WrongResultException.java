package org.polyak.bench.measure;

import java.io.Serial;

/** A peer computes something else than we do, and is not timed. */
final class WrongResultException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  WrongResultException(String message) {
    super(message);
  }
}
