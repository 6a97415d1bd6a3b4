package org.polyak.spi.fused;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/**
 * The state that a causal rule carries from token to token: its size does not depend on how many
 * tokens came before. Contiguous tensors.
 *
 * @param memory S {@code [B, H, K, V]}
 * @param momentum m of eq. 12 {@code [B, H, K, V]}, with the paper's sign; null for rules without
 * @param keySum z {@code [B, H, K]}; null unless the normaliser is the key sum
 */
public record AttentionState(Tensor memory, @Nullable Tensor momentum, @Nullable Tensor keySum) {}
