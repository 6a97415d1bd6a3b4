package org.polyak.spi;

/**
 * An immutable handle on device memory. Views share the buffer and differ in their layout; they
 * live as long as the buffer does.
 *
 * @param buffer the memory
 * @param dtype the element type, that of the buffer
 * @param layout where the elements lie in the buffer
 */
public record Tensor(Buffer buffer, DType dtype, Layout layout) {
  /** Checks that the layout lies within the buffer. */
  public Tensor {
    if (buffer.dtype() != dtype || layout.end() > buffer.elements()) {
      throw new IllegalArgumentException(
          "A %s tensor of layout %s does not fit a buffer of %d %s elements."
              .formatted(dtype, layout, buffer.elements(), buffer.dtype()));
    }
  }

  /** The extents. */
  public Shape shape() {
    return layout.shape();
  }

  /** Another view of the same memory. */
  public Tensor view(Layout other) {
    return other.equals(layout) ? this : new Tensor(buffer, dtype, other);
  }

  /**
   * The rows {@code [R, E]} of a tensor {@code [.., E]}, without a copy.
   *
   * @throws IllegalArgumentException when rows do not follow each other at one distance
   */
  public Tensor rows() {
    if (shape().rank() == 2) {
      return this;
    }
    Layout rows = layout.reshape(shape().rows());
    if (rows == null) {
      throw new IllegalArgumentException("A tensor of layout " + layout + " is not made of rows.");
    }
    return view(rows);
  }

  /** Two axes exchanged, without a copy. */
  public Tensor transpose(int first, int second) {
    return view(layout.transpose(first, second));
  }

  /** Axes in a new order, without a copy. */
  public Tensor permute(int... order) {
    return view(layout.permute(order));
  }

  /** Positions {@code [from, to)} of one axis, without a copy. */
  public Tensor slice(int axis, int from, int to) {
    return view(layout.slice(axis, from, to));
  }

  /**
   * A part of a known shape, without a copy: that of this tensor but for the extent of one axis.
   *
   * @param from first position along the axis
   */
  public Tensor part(int axis, int from, Shape part) {
    return view(layout.part(axis, from, part));
  }

  /** Repeated to a larger shape with stride 0, without a copy. */
  public Tensor broadcastTo(Shape target) {
    return view(layout.broadcastTo(target));
  }
}
