package org.polyak.tasks.data;

/**
 * A finite number of batches that are never trained on.
 *
 * @param batches how many
 * @param source the batches with an index below that
 */
public record EvaluationSet(int batches, BatchSource source) {
  /** Checks the number. */
  public EvaluationSet {
    if (batches < 1) {
      throw new IllegalArgumentException("An evaluation needs at least one batch.");
    }
  }

  /** The first batches, at most so many; 0 takes all. */
  public EvaluationSet limitedTo(int most) {
    return most == 0 || most >= batches ? this : new EvaluationSet(most, source);
  }
}
