package org.polyak.tasks.train;

/**
 * What to generate.
 *
 * @param count how many samples
 * @param batch how many images at the same time, at most; one state of a model of the paper's size
 *     takes half a MiB
 * @param temperature 0 for the most likely value each time
 * @param prompt where text begins; empty for the task's own beginning
 * @param length tokens of text; 0 for the task's own length
 * @param seed of the draws
 */
public record GenerationRequest(
    int count, int batch, double temperature, String prompt, int length, long seed) {
  /** A batch that keeps a large device busy and leaves a small one some memory. */
  public static final int BATCH = 4096;
}
