package org.polyak.conformance.oracle;

import org.jspecify.annotations.Nullable;

/**
 * Which keys a query sees: all or only those up to its own position, and of each sequence only the
 * keys before its length. Query rows beyond the length are computed like any other.
 */
public final class Visibility {
  private final boolean causal;
  private final int @Nullable [] keyLengths;

  private Visibility(boolean causal, int @Nullable [] keyLengths) {
    this.causal = causal;
    this.keyLengths = keyLengths;
  }

  /** Every query sees every key. */
  public static Visibility full() {
    return new Visibility(false, null);
  }

  /** Query i sees keys j ≤ i. */
  public static Visibility causal() {
    return new Visibility(true, null);
  }

  /** The same, without the keys {@code j ≥ lengths[b]} of sequence b; null for no padding. */
  public Visibility withKeyLengths(int @Nullable ... lengths) {
    return new Visibility(causal, lengths == null ? null : lengths.clone());
  }

  /** The same key lengths, with or without the causal mask. */
  public Visibility withCausal(boolean wanted) {
    return new Visibility(wanted, keyLengths);
  }

  /** Whether query i sees keys j ≤ i only. */
  public boolean isCausal() {
    return causal;
  }

  /** The number of real keys of sequence {@code batch}, of {@code keyCount} with padding. */
  public int keyLength(int batch, int keyCount) {
    return keyLengths == null ? keyCount : keyLengths[batch];
  }

  /** Whether {@code query} sees {@code key} in sequence {@code batch}. */
  public boolean sees(int batch, int query, int key) {
    return (!causal || key <= query) && (keyLengths == null || key < keyLengths[batch]);
  }
}
