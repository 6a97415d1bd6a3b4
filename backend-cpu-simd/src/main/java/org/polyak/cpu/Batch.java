package org.polyak.cpu;

/**
 * The outer axes of a batched operation with the strides of its three operands; stride 0 repeats a
 * matrix.
 */
final class Batch {
  /** One product, no axes. */
  static final Batch SINGLE = new Batch(new int[0], new int[0], new int[0], new int[0]);

  private final int[] extents;
  private final int[] aStrides;
  private final int[] bStrides;
  private final int[] cStrides;
  private final int count;

  /** Takes the arrays over; extents are outermost first. */
  Batch(int[] extents, int[] aStrides, int[] bStrides, int[] cStrides) {
    this.extents = extents;
    this.aStrides = aStrides;
    this.bStrides = bStrides;
    this.cStrides = cStrides;
    int product = 1;
    for (int extent : extents) {
      product = Math.multiplyExact(product, extent);
    }
    this.count = product;
  }

  /** Number of products. */
  int count() {
    return count;
  }

  /** How far into the left operand product {@code index} begins. */
  int distanceA(int index) {
    return distance(index, aStrides);
  }

  /** How far into the right operand product {@code index} begins. */
  int distanceB(int index) {
    return distance(index, bStrides);
  }

  /** How far into the result product {@code index} begins. */
  int distanceC(int index) {
    return distance(index, cStrides);
  }

  private int distance(int index, int[] strides) {
    int distance = 0;
    int rest = index;
    for (int axis = extents.length - 1; axis >= 0; axis--) {
      distance += rest % extents[axis] * strides[axis];
      rest /= extents[axis];
    }
    return distance;
  }
}
