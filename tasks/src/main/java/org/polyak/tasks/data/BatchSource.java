package org.polyak.tasks.data;

/**
 * Batches by number. A batch is a pure function of its index, so a run that goes on from step n
 * after an interruption sees exactly what it would have seen.
 */
@FunctionalInterface
public interface BatchSource {
  /**
   * The batch with this index.
   *
   * @param index at least 0; the step of training, or the number of an evaluation batch
   */
  TokenBatch batch(long index);
}
