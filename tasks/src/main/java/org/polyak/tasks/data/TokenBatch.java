package org.polyak.tasks.data;

/**
 * Sequences of equal length, row after row, for predicting each position's target from the inputs
 * up to it. The arrays are handed over, not copied; nobody changes them afterwards.
 */
public final class TokenBatch {
  private final int batch;
  private final int length;
  private final int[] inputs;
  private final int[] targets;
  private final float[] mask;

  /**
   * Takes the arrays over.
   *
   * @param batch number of sequences B
   * @param length positions per sequence N
   * @param inputs token ids, B×N
   * @param targets what position i should predict, B×N
   * @param mask weight of each position in loss and metric, 0 or 1, B×N
   */
  public TokenBatch(int batch, int length, int[] inputs, int[] targets, float[] mask) {
    int size = batch * length;
    if (batch < 1
        || length < 1
        || inputs.length != size
        || targets.length != size
        || mask.length != size) {
      throw new IllegalArgumentException(
          "A batch of %d sequences of %d tokens needs arrays of %d, not %d, %d and %d."
              .formatted(batch, length, size, inputs.length, targets.length, mask.length));
    }
    this.batch = batch;
    this.length = length;
    this.inputs = inputs;
    this.targets = targets;
    this.mask = mask;
  }

  /** Number of sequences B. */
  public int batch() {
    return batch;
  }

  /** Positions per sequence N. */
  public int length() {
    return length;
  }

  /** Token ids, B×N. */
  public int[] inputs() {
    return inputs;
  }

  /** What position i should predict, B×N. */
  public int[] targets() {
    return targets;
  }

  /** Weight of each position in loss and metric, 0 or 1, B×N. */
  public float[] mask() {
    return mask;
  }

  /** The sum of the mask: how many positions are scored. */
  public double scored() {
    double sum = 0;
    for (float weight : mask) {
      sum += weight;
    }
    return sum;
  }
}
