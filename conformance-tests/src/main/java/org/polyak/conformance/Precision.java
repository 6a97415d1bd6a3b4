package org.polyak.conformance;

import java.util.Locale;

/**
 * How a backend computes products: the option {@code precision} of a backend, as {@link
 * org.polyak.spi.BackendInfo#precision} reports it. A reduced precision rounds both factors of
 * every multiplication inside a product of matrices, and of the products inside attention, to fewer
 * bits; sums and everything else stay in binary32.
 */
public enum Precision {
  /** IEEE 754 binary32, 24 significant bits: factors are used as they are. */
  F32(24),
  /** TensorFloat-32, 11 significant bits. */
  TF32(11),
  /** bfloat16, 8 significant bits. */
  BF16(8);

  private static final int SIGNIFICANT_BITS = 24;

  private final int significantBits;

  Precision(int significantBits) {
    this.significantBits = significantBits;
  }

  /** v, the largest relative change of one factor by rounding it to nearest; 0 for binary32. */
  public double factorRoundOff() {
    return this == F32 ? 0 : Math.scalb(1.0, -significantBits);
  }

  /**
   * The number nearest to {@code x} that a factor of this precision can be, ties to even. NaN and
   * infinities stay what they are.
   */
  public float nearest(float x) {
    if (this == F32 || !Float.isFinite(x)) {
      return x;
    }
    int dropped = SIGNIFICANT_BITS - significantBits;
    int bits = Float.floatToRawIntBits(x);
    int half = (1 << (dropped - 1)) - 1 + ((bits >> dropped) & 1);
    return Float.intBitsToFloat((bits + half) & -(1 << dropped));
  }

  /** The value of the option. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision that a backend reports.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  public static Precision of(String id) {
    for (Precision precision : values()) {
      if (precision.id().equals(id)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "Precision '%s' is unknown. Known: f32, tf32, bf16.".formatted(id));
  }
}
