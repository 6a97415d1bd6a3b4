package org.polyak.spi.fused;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * What an optimiser step does to one parameter. Contiguous tensors.
 *
 * @param parameter θ, updated
 * @param gradient g, shaped like θ; left as it is
 * @param gradientScale {@code [1]}: g is multiplied by it first (gradient clipping); null for 1
 * @param state the rule's state tensors in its order, shaped like θ, updated
 */
public record ParameterUpdate(
    Tensor parameter, Tensor gradient, @Nullable Tensor gradientScale, List<Tensor> state) {}
