package org.polyak.conformance.oracle;

/**
 * Gradients of a scalar for what attention reads.
 *
 * @param queries shaped like the queries
 * @param keys shaped like the keys
 * @param values shaped like the values
 */
public record QkvGradients(Array queries, Array keys, Array values) {
  static QkvGradients zerosLike(AttentionInputs inputs) {
    return new QkvGradients(
        Array.zerosLike(inputs.queries()),
        Array.zerosLike(inputs.keys()),
        Array.zerosLike(inputs.values()));
  }
}
