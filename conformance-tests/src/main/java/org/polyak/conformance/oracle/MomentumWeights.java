package org.polyak.conformance.oracle;

import org.polyak.conformance.oracle.WeightedAttention.PairWeights;

/** The three weightings of pairs (query i, key j, both counted from 1) of momentum attention. */
public final class MomentumWeights {
  private MomentumWeights() {}

  /** Which length anchors the weights of eq. 14. */
  public enum Anchor {
    /** N counts padding, as in all released code: results depend on the amount of padding. */
    PADDED_LENGTH,
    /** N is the length of the sequence itself. */
    TRUE_LENGTH
  }

  /**
   * Eq. 13: w_ij = γ (1 − β^(i−j+1))/(1 − β). With frozen padding, time stops at the length of the
   * sequence, so that i is at most that length.
   */
  public static PairWeights eq13(Momentum momentum, Padding padding, AttentionInputs inputs) {
    int keyCount = inputs.keyCount();
    return (b, i, j) -> {
      int length = inputs.visibility().keyLength(b, keyCount);
      int time = padding == Padding.FREEZE ? Math.min(i, length - 1) : i;
      return momentum.gamma() * momentum.geometricSum(time - j + 1);
    };
  }

  /**
   * Eq. 14: w_Nj = γ (1 − β^(N−j+1))/(1 − β), anchored at the end of the sequence and the same for
   * every query. Without a causal mask this is eq. 14; with one it is what the released training
   * code computes.
   */
  public static PairWeights endAnchored(Momentum momentum, Anchor anchor, AttentionInputs inputs) {
    int keyCount = inputs.keyCount();
    return (b, i, j) -> {
      int length =
          switch (anchor) {
            case PADDED_LENGTH -> keyCount;
            case TRUE_LENGTH -> inputs.visibility().keyLength(b, keyCount);
          };
      return momentum.gamma() * momentum.geometricSum(length - j);
    };
  }
}
