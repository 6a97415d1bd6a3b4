package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * Where the gradients of attention go; each is overwritten and shaped like what it is the gradient
 * of. The last two axes of the first three are contiguous, batch and sequence strides are free.
 *
 * @param queries for the queries
 * @param keys for the keys
 * @param values for the values
 * @param initial for the initial state; null when there was none or it needs no gradient
 */
public record AttentionGradients(
    Tensor queries, Tensor keys, Tensor values, @Nullable AttentionState initial) {}
