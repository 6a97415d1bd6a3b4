package org.polyak.bench.peer;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A peer cannot run on this machine. */
public final class PeerUnavailableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * With words for the user.
   *
   * @param reason why, as a sentence
   * @param remedy what to do, as a sentence
   */
  public PeerUnavailableException(String reason, String remedy, @Nullable Throwable cause) {
    super(reason + " " + remedy, cause);
  }
}
