package org.polyak.spi.fused;

/** The hash that decides which elements dropout keeps: 32-bit integer arithmetic only. */
public final class DropoutHash {
  private DropoutHash() {}

  /**
   * A value in [0, 1), a multiple of 2⁻²⁴, for one element: {@code h = mix(mix(seed) + index ·
   * 0x9E3779B9)}, {@code (h >>> 8) · 2⁻²⁴}.
   */
  public static float uniform(int seed, int index) {
    return (mix(mix(seed) + index * 0x9E3779B9) >>> 8) * 0x1p-24f;
  }

  /**
   * A bijection of 32-bit integers with good avalanche: xor-shifts by 16, 15, 16 around products.
   */
  public static int mix(int value) {
    int h = value;
    h ^= h >>> 16;
    h *= 0x7FEB352D;
    h ^= h >>> 15;
    h *= 0x846CA68B;
    h ^= h >>> 16;
    return h;
  }
}
