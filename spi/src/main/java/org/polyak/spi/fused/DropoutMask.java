package org.polyak.spi.fused;

/**
 * Which elements dropout keeps: see {@link DropoutKernel}.
 *
 * @param rate in [0, 1)
 * @param seed drawn by the host
 */
public record DropoutMask(double rate, int seed) {
  /** Every element, as it is. */
  public static final DropoutMask NONE = new DropoutMask(0, 0);

  /** Checks the rate. */
  public DropoutMask {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("A dropout rate lies in [0, 1); got %s.".formatted(rate));
    }
  }

  /** Whether any element can be dropped. */
  public boolean drops() {
    return rate > 0;
  }
}
