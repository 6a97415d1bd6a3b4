package org.polyak.conformance.mutants;

/** Binary32 numbers rounded to fewer bits, to nearest, ties to even. */
final class Rounding {
  private Rounding() {}

  /** To 8 significant bits. */
  static float bfloat16(float x) {
    return rounded(x, 16);
  }

  /** To 11 significant bits with the exponents of binary32. */
  static float tensorFloat32(float x) {
    return rounded(x, 13);
  }

  /** To binary16 and back. */
  static float half(float x) {
    return Float.float16ToFloat(Float.floatToFloat16(x));
  }

  private static float rounded(float x, int dropped) {
    if (!Float.isFinite(x)) {
      return x;
    }
    int bits = Float.floatToRawIntBits(x);
    int half = 1 << (dropped - 1);
    int even = (bits >>> dropped) & 1;
    return Float.intBitsToFloat((bits + half - 1 + even) & -(1 << dropped));
  }
}
