package org.polyak.spi;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How a shape lies in a buffer: element {@code (i_0, …, i_r)} is at {@code offset + Σ i_a ·
 * stride_a}, counted in elements. Transposes, slices and broadcasts (stride 0) are layouts, not
 * copies. Immutable. Strides are never negative.
 */
public final class Layout {
  private final Shape shape;
  private final long[] strides;
  private final long offset;

  /** Of a matrix, made when first asked for. */
  private @Nullable Layout transposed;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** Row-major, without gaps, at offset 0. */
  public static Layout contiguous(Shape shape) {
    return shape.rowMajor();
  }

  /** Row-major, without gaps, at an offset of at least 0. */
  public static Layout contiguous(Shape shape, long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("A layout cannot begin at " + offset + ".");
    }
    Layout first = shape.rowMajor();
    return offset == 0 ? first : new Layout(shape, first.strides, offset);
  }

  /**
   * A layout with explicit strides.
   *
   * @throws IllegalArgumentException when a stride or the offset is negative or the ranks differ
   */
  public static Layout strided(Shape shape, long[] strides, long offset) {
    long smallest = offset;
    for (long stride : strides) {
      smallest = Math.min(smallest, stride);
    }
    if (strides.length != shape.rank() || smallest < 0) {
      throw new IllegalArgumentException(
          "A layout of shape %s needs %d strides, none negative, and an offset of at least 0; got %s, %d."
              .formatted(shape, shape.rank(), Arrays.toString(strides), offset));
    }
    return new Layout(shape, strides.clone(), offset);
  }

  /** The extents. */
  public Shape shape() {
    return shape;
  }

  /** Distance in elements between neighbours along an axis in {@code [-rank, rank)}. */
  public long stride(int axis) {
    return strides[shape.axis(axis)];
  }

  /** A copy of all strides, in elements. */
  public long[] strides() {
    return strides.clone();
  }

  /** Position of the first element in the buffer, in elements. */
  public long offset() {
    return offset;
  }

  /** Whether the elements lie in row-major order without gaps (the offset is free). */
  public boolean isContiguous() {
    return isContiguousFrom(0);
  }

  /** Whether the axes from {@code firstAxis} on lie in row-major order without gaps. */
  public boolean isContiguousFrom(int firstAxis) {
    long expected = 1;
    for (int axis = shape.rank() - 1; axis >= firstAxis; axis--) {
      if (shape.dim(axis) != 1 && strides[axis] != expected) {
        return shape.size() == 0;
      }
      expected *= shape.dim(axis);
    }
    return true;
  }

  /** One more than the highest position that this layout reaches; 0 when it is empty. */
  public long end() {
    if (shape.size() == 0) {
      return 0;
    }
    long last = offset;
    for (int axis = 0; axis < strides.length; axis++) {
      last += (shape.dim(axis) - 1) * strides[axis];
    }
    return last + 1;
  }

  /** Axes in a new order: axis {@code a} of the result is axis {@code order[a]} of this. */
  public Layout permute(int... order) {
    int[] dims = new int[order.length];
    long[] permuted = new long[order.length];
    boolean[] seen = new boolean[shape.rank()];
    for (int axis = 0; axis < order.length; axis++) {
      int source = shape.axis(order[axis]);
      if (order.length != shape.rank() || seen[source]) {
        throw new IllegalArgumentException(
            Arrays.toString(order) + " is not a permutation of the axes of " + shape + ".");
      }
      seen[source] = true;
      dims[axis] = shape.dim(source);
      permuted[axis] = strides[source];
    }
    return new Layout(new Shape(dims), permuted, offset);
  }

  /** Two axes exchanged. */
  public Layout transpose(int first, int second) {
    int a = shape.axis(first);
    int b = shape.axis(second);
    if (shape.rank() != 2 || a == b) {
      return exchanged(a, b);
    }
    Layout made = transposed;
    if (made == null) {
      made = exchanged(a, b);
      transposed = made;
    }
    return made;
  }

  private Layout exchanged(int a, int b) {
    int[] dims = shape.dims();
    long[] exchanged = strides.clone();
    dims[a] = shape.dim(b);
    dims[b] = shape.dim(a);
    exchanged[a] = strides[b];
    exchanged[b] = strides[a];
    return new Layout(new Shape(dims), exchanged, offset);
  }

  /** Positions {@code from} (inclusive) to {@code to} (exclusive) along one axis. */
  public Layout slice(int axis, int from, int to) {
    int resolved = shape.axis(axis);
    if (from < 0 || to < from || to > shape.dim(resolved)) {
      throw new IllegalArgumentException(
          "Slice [%d, %d) does not lie within axis %d of %s.".formatted(from, to, axis, shape));
    }
    return new Layout(shape.with(resolved, to - from), strides, offset + from * strides[resolved]);
  }

  /**
   * As {@link #slice}, for a part of a known shape: that of this layout but for one extent.
   *
   * @param from first position along the axis
   * @throws IllegalArgumentException when the part does not fit
   */
  public Layout part(int axis, int from, Shape part) {
    int resolved = shape.axis(axis);
    boolean fits = part.rank() == shape.rank();
    for (int i = 0; fits && i < part.rank(); i++) {
      fits =
          i == resolved
              ? from >= 0 && from + part.dim(i) <= shape.dim(i)
              : part.dim(i) == shape.dim(i);
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "%s is no part of %s at %d along axis %d.".formatted(part, shape, from, axis));
    }
    return new Layout(part, strides, offset + from * strides[resolved]);
  }

  /** Repeats axes of extent 1, and adds outer axes, with stride 0. */
  public Layout broadcastTo(Shape target) {
    if (shape.equals(target)) {
      return this;
    }
    if (!target.covers(shape)) {
      throw new IllegalArgumentException(
          "Shape " + shape + " does not broadcast to " + target + ".");
    }
    long[] result = new long[target.rank()];
    for (int i = 1; i <= shape.rank(); i++) {
      result[target.rank() - i] = shape.dim(-i) == 1 ? 0 : stride(-i);
    }
    return new Layout(target, result, offset);
  }

  /**
   * The same elements in the same row-major order under another shape, when strides can express it;
   * null when a copy would be needed.
   *
   * @throws IllegalArgumentException when the number of elements differs
   */
  public @Nullable Layout reshape(Shape target) {
    if (target.size() != shape.size()) {
      throw new IllegalArgumentException(
          "Shape "
              + shape
              + " has "
              + shape.size()
              + " elements and cannot become "
              + target
              + ".");
    }
    if (isContiguous()) {
      return contiguous(target, offset);
    }
    long[] result = new long[target.rank()];
    int source = shape.rank() - 1;
    long remaining = 1;
    long stride = 0;
    for (int axis = target.rank() - 1; axis >= 0; axis--) {
      int extent = target.dim(axis);
      if (extent == 1) {
        continue;
      }
      if (remaining == 1) {
        while (source >= 0 && shape.dim(source) == 1) {
          source--;
        }
        stride = strides[source];
        remaining = shape.dim(source--);
        while (remaining % extent != 0 || (remaining < extent)) {
          if (source < 0 || strides[source] != stride * remaining) {
            return null;
          }
          remaining *= shape.dim(source--);
        }
      } else if (remaining % extent != 0) {
        return null;
      }
      result[axis] = stride;
      stride *= extent;
      remaining /= extent;
    }
    return new Layout(target, result, offset);
  }

  /** What {@link Shape#rowMajor} keeps. */
  static Layout rowMajor(Shape shape) {
    long[] strides = new long[shape.rank()];
    long stride = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.dim(axis);
    }
    return new Layout(shape, strides, 0);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Layout that
        && offset == that.offset
        && shape.equals(that.shape)
        && Arrays.equals(strides, that.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
  }

  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
  }
}
