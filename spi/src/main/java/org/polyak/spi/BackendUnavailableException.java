package org.polyak.spi;

import java.io.Serial;

/** A backend that was asked for cannot start. */
public final class BackendUnavailableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String reason;
  private final String remedy;

  /**
   * Why, and what to do.
   *
   * @param reason half a sentence
   * @param remedy a sentence
   */
  public BackendUnavailableException(String reason, String remedy) {
    super(reason + ". " + remedy);
    this.reason = reason;
    this.remedy = remedy;
  }

  /** Why the backend cannot start, as half a sentence. */
  public String reason() {
    return reason;
  }

  /** What to do about it, as a sentence. */
  public String remedy() {
    return remedy;
  }
}
