package org.polyak.spi;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The extents of a tensor, outermost axis first. Immutable; a scalar has rank 0 and size 1. Axes
 * may be addressed from the end: axis −1 is the last.
 */
public final class Shape {
  private final int[] dims;
  private final long size;

  /** Made when first asked for, as {@link #rows}: whichever of several equal ones is kept. */
  private @Nullable Layout rowMajor;

  private @Nullable Shape rows;

  /** Takes the array over. */
  Shape(int[] dims) {
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException(
            "A tensor axis cannot have a negative extent: " + Arrays.toString(dims) + ".");
      }
      product = Math.multiplyExact(product, (long) dim);
    }
    this.dims = dims;
    this.size = product;
  }

  /** The shape with these extents, each at least 0. */
  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  /** The layout without gaps at offset 0: as most tensors of a shape have it, one for all. */
  Layout rowMajor() {
    Layout made = rowMajor;
    if (made == null) {
      made = Layout.rowMajor(this);
      rowMajor = made;
    }
    return made;
  }

  /** This shape as rows {@code [R, E]}: all axes but the last, of which there is one, as one. */
  public Shape rows() {
    if (dims.length == 2) {
      return this;
    }
    Shape made = rows;
    if (made == null) {
      int count = 1;
      for (int axis = 0; axis < dims.length - 1; axis++) {
        count = Math.multiplyExact(count, dims[axis]);
      }
      made = Shape.of(count, dim(-1));
      rows = made;
    }
    return made;
  }

  /** Whether these are its extents. */
  public boolean isOf(int... extents) {
    return Arrays.equals(dims, extents);
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Extent of an axis in {@code [-rank, rank)}. */
  public int dim(int axis) {
    return dims[axis(axis)];
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /** A copy of the extents. */
  public int[] dims() {
    return dims.clone();
  }

  /** Resolves an axis in {@code [-rank, rank)} to {@code [0, rank)}. */
  public int axis(int axis) {
    int resolved = axis < 0 ? axis + dims.length : axis;
    if (resolved < 0 || resolved >= dims.length) {
      throw new IllegalArgumentException("Axis " + axis + " does not exist in shape " + this + ".");
    }
    return resolved;
  }

  /** This shape with one extent replaced. */
  public Shape with(int axis, int extent) {
    if (dim(axis) == extent) {
      return this;
    }
    int[] changed = dims.clone();
    changed[axis(axis)] = extent;
    return new Shape(changed);
  }

  /**
   * The shape to which both broadcast: aligned at the last axis, extents equal or 1.
   *
   * @throws IllegalArgumentException when an axis differs and neither extent is 1
   */
  public static Shape broadcast(Shape a, Shape b) {
    if (a.covers(b)) {
      return a;
    }
    if (b.covers(a)) {
      return b;
    }
    int rank = Math.max(a.rank(), b.rank());
    int[] dims = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int da = i <= a.rank() ? a.dim(-i) : 1;
      int db = i <= b.rank() ? b.dim(-i) : 1;
      if (da != db && da != 1 && db != 1) {
        throw new IllegalArgumentException(
            "Shapes " + a + " and " + b + " do not broadcast: axis -" + i + " differs.");
      }
      dims[rank - i] = da == 1 ? db : da;
    }
    return new Shape(dims);
  }

  /** Whether the other shape broadcasts to this one. */
  boolean covers(Shape other) {
    int missing = dims.length - other.dims.length;
    for (int axis = missing; axis < dims.length; axis++) {
      if (axis < 0
          || (other.dims[axis - missing] != 1 && other.dims[axis - missing] != dims[axis])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(dims, that.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** For example {@code [2, 37, 8]}. */
  @Override
  public String toString() {
    return Arrays.stream(dims)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
