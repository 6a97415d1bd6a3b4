package org.polyak.conformance.oracle;

/**
 * What attention reads.
 *
 * @param queries {@code [B, N, H, K]}, before the feature map
 * @param keys {@code [B, S, H, K]}, before the feature map; S = N when causal
 * @param values {@code [B, S, H, V]}
 * @param visibility which keys a query sees
 */
public record AttentionInputs(Array queries, Array keys, Array values, Visibility visibility) {
  /** Checks that the shapes fit together. */
  public AttentionInputs {
    int[] q = queries.shape();
    int[] k = keys.shape();
    int[] v = values.shape();
    boolean fit = q.length == 4 && k.length == 4 && v.length == 4;
    fit = fit && q[0] == k[0] && q[2] == k[2] && q[3] == k[3];
    fit = fit && k[0] == v[0] && k[1] == v[1] && k[2] == v[2];
    if (!fit || (visibility.isCausal() && q[1] != k[1])) {
      throw new IllegalArgumentException(
          "Queries %s, keys %s and values %s do not fit together."
              .formatted(queries, keys, values));
    }
  }

  /** B. */
  public int batch() {
    return queries.extent(0);
  }

  /** N. */
  public int queryCount() {
    return queries.extent(1);
  }

  /** S. */
  public int keyCount() {
    return keys.extent(1);
  }

  /** H. */
  public int heads() {
    return queries.extent(2);
  }

  /** K. */
  public int keyDim() {
    return queries.extent(3);
  }

  /** V. */
  public int valueDim() {
    return values.extent(3);
  }

  /** The same under another visibility. */
  public AttentionInputs with(Visibility other) {
    return new AttentionInputs(queries, keys, values, other);
  }

  Array emptyOutput() {
    return Array.zeros(batch(), queryCount(), heads(), valueDim());
  }
}
