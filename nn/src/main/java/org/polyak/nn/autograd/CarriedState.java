package org.polyak.nn.autograd;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionState;

/**
 * The state of causal attention between calls, as variables.
 *
 * @param memory S {@code [B, H, K, V]}
 * @param momentum m {@code [B, H, K, V]}; null for rules without momentum
 * @param keySum z {@code [B, H, K]}; null unless the normaliser is the key sum
 */
public record CarriedState(
    Variable memory, @Nullable Variable momentum, @Nullable Variable keySum) {
  /** The tensors, as a kernel takes them. */
  public AttentionState tensors() {
    return new AttentionState(memory.tensor(), tensor(momentum), tensor(keySum));
  }

  /** Whether gradients flow to any part. */
  public boolean requiresGradient() {
    return memory.requiresGradient()
        || (momentum != null && momentum.requiresGradient())
        || (keySum != null && keySum.requiresGradient());
  }

  private static @Nullable Tensor tensor(@Nullable Variable variable) {
    return variable == null ? null : variable.tensor();
  }
}
