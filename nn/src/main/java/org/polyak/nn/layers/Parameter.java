package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;

/**
 * A trained tensor.
 *
 * @param name its dotted path in the model, such as {@code layers.0.norm1.weight}
 * @param variable its value, F32 and contiguous; optimisers update the tensor in place
 */
public record Parameter(String name, Variable variable) {}
