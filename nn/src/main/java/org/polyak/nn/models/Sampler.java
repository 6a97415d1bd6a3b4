package org.polyak.nn.models;

import org.polyak.nn.random.Generator;

/** Draws the next token from a row of a model's outputs, on the host. */
public sealed interface Sampler permits CategoricalSampler, LogisticMixtureSampler {
  /**
   * Draws a token.
   *
   * @param outputs one or more rows
   * @param row which row
   * @param width values per row
   * @param generator where randomness comes from
   */
  int sample(float[] outputs, int row, int width, Generator generator);
}
