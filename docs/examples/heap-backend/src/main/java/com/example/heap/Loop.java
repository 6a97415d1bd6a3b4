package com.example.heap;

import org.polyak.spi.Layout;
import org.polyak.spi.Shape;

/** Visits all index tuples of a shape in row-major order, with the positions in several layouts. */
final class Loop {
  private Loop() {}

  /** Called with one position per layout; the array is reused. */
  @FunctionalInterface
  interface Visitor {
    void visit(int[] positions);
  }

  static void over(Shape shape, Visitor visitor, Layout... layouts) {
    int rank = shape.rank();
    long[][] strides = new long[layouts.length][];
    int[] positions = new int[layouts.length];
    for (int l = 0; l < layouts.length; l++) {
      strides[l] = layouts[l].strides();
      positions[l] = (int) layouts[l].offset();
    }
    int[] index = new int[rank];
    for (long left = shape.size(); left > 0; left--) {
      visitor.visit(positions);
      for (int axis = rank - 1; axis >= 0; axis--) {
        boolean carry = ++index[axis] == shape.dim(axis);
        int steps = carry ? 1 - shape.dim(axis) : 1;
        for (int l = 0; l < layouts.length; l++) {
          positions[l] += (int) (steps * strides[l][axis]);
        }
        if (!carry) {
          break;
        }
        index[axis] = 0;
      }
    }
  }
}
