package org.polyak.nn.layers;

import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AttentionConfig.Anchor;
import org.polyak.nn.layers.AttentionConfig.Momentum;
import org.polyak.nn.ops.Ops;

/**
 * The weights {@code c_j = γ(1 − β^(L−j+1))/(1 − β)} of eq. 14, applied to values. They weigh the
 * numerator only, so they belong to the values: the denominator sums keys.
 */
final class EndAnchoredWeights {
  private EndAnchoredWeights() {}

  /**
   * Values times weights.
   *
   * @param values [B, N, H, V]
   * @param lengths true lengths; null when nothing is padded
   */
  static Variable apply(Ops ops, Momentum config, Variable values, int @Nullable [] lengths) {
    int batch = values.shape().dim(0);
    int count = values.shape().dim(1);
    if (lengths == null || config.anchor() == Anchor.PADDED) {
      float[] weights = new float[count];
      fill(config, weights, 0, count);
      return ops.multiply(values, ops.constant(weights, 1, count, 1, 1));
    }
    float[] weights = new float[batch * count];
    for (int sequence = 0; sequence < batch; sequence++) {
      fill(config, weights, sequence * count, lengths[sequence]);
    }
    return ops.multiply(values, ops.constant(weights, batch, count, 1, 1));
  }

  /** By the geometric sum {@code w_L = 1, w_j = 1 + β w_{j+1}}: all terms positive for any β. */
  private static void fill(Momentum config, float[] weights, int offset, int length) {
    double sum = 0;
    for (int key = length - 1; key >= 0; key--) {
      sum = 1 + config.beta() * sum;
      weights[offset + key] = (float) (config.gamma() * sum);
    }
  }
}
