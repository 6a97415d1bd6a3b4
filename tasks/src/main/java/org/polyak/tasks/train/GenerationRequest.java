package org.polyak.tasks.train;

/**
 * What to generate.
 *
 * @param count how many samples
 * @param temperature 0 for the most likely value each time
 * @param prompt where text begins; empty for the task's own beginning
 * @param length tokens of text; 0 for the task's own length
 * @param seed of the draws
 */
public record GenerationRequest(
    int count, double temperature, String prompt, int length, long seed) {}
