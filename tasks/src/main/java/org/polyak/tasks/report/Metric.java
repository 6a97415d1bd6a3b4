package org.polyak.tasks.report;

/** What tells how good a model is at its task. */
public enum Metric {
  /** The share of scored positions whose most likely symbol is right. */
  ACCURACY("accuracy", "test accuracy", true),
  /** The mean number of bits that a pixel costs. */
  BITS_PER_DIM("bits-per-dim", "test bits/dim", false),
  /** The mean number of bits that a byte costs. */
  BITS_PER_BYTE("bits-per-byte", "validation bits/byte", false);

  private final String key;
  private final String label;
  private final boolean higherIsBetter;

  Metric(String key, String label, boolean higherIsBetter) {
    this.key = key;
    this.label = label;
    this.higherIsBetter = higherIsBetter;
  }

  /** The name in files. */
  public String key() {
    return key;
  }

  /** The name in pictures and pages. */
  public String label() {
    return label;
  }

  /** Whether a higher value is better. */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /** Whether {@code value} is better than {@code other}. */
  public boolean better(double value, double other) {
    return higherIsBetter ? value > other : value < other;
  }
}
