package org.polyak.spi.fused;

/** In which order a causal rule is evaluated. All schedules compute the same function. */
public sealed interface Schedule {
  /** The backend's choice, by shape. */
  record Automatic() implements Schedule {}

  /** Token by token: the definition. */
  record Recurrent() implements Schedule {}

  /**
   * Matrix products within chunks, a recurrence between them.
   *
   * @param length tokens per chunk, at least 1; the last chunk may be shorter
   */
  record Chunked(int length) implements Schedule {
    /** Checks the length. */
    public Chunked {
      if (length < 1) {
        throw new IllegalArgumentException("A chunk needs at least one token, not " + length + ".");
      }
    }
  }
}
