package org.polyak.conformance;

/** Numbers of fewer bits, as binary32 numbers whose last bits are zero. */
final class Reduced {
  private Reduced() {}

  /** The nearest bfloat16, ties to even. Finite numbers only. */
  static float toBrainFloat(float x) {
    return toNearest(x, 16);
  }

  /** The nearest TensorFloat-32, ties to even. Finite numbers only. */
  static float toTensorFloat(float x) {
    return toNearest(x, 13);
  }

  private static float toNearest(float x, int droppedBits) {
    int bits = Float.floatToRawIntBits(x);
    int half = (1 << (droppedBits - 1)) - 1 + ((bits >> droppedBits) & 1);
    return Float.intBitsToFloat((bits + half) & -(1 << droppedBits));
  }
}
