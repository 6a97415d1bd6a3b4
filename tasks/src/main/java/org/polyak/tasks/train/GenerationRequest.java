package org.polyak.tasks.train;

/**
 * What to generate.
 *
 * @param count how many samples
 * @param batch how many images at the same time, at most
 * @param temperature 0 for the most likely value each time
 * @param prompt where text begins; empty for the task's own beginning
 * @param length tokens of text; 0 for the task's own length
 * @param seed of the draws
 */
public record GenerationRequest(
    int count, int batch, double temperature, String prompt, int length, long seed) {
  /**
   * A batch that keeps the largest devices busy. Its state takes 8 GiB with a model of the paper's
   * size.
   */
  public static final int BATCH = 16_384;
}
