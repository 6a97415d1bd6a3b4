package org.polyak.conformance.oracle;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A float64 array in row-major order. Operations return new arrays; {@link #set} and {@link #add}
 * are for the code that is still making one. Not thread-safe while it is being made.
 */
public final class Array {
  private final double[] data;
  private final int[] shape;

  private Array(double[] data, int[] shape) {
    this.data = data;
    this.shape = shape;
  }

  /** Wraps {@code data}, which must hold one number for each element of {@code shape}. */
  public static Array of(double[] data, int... shape) {
    if (data.length != count(shape)) {
      throw new IllegalArgumentException(
          "Shape %s needs %d numbers, not %d."
              .formatted(Arrays.toString(shape), count(shape), data.length));
    }
    return new Array(data, shape.clone());
  }

  /** All zeros. */
  public static Array zeros(int... shape) {
    return of(new double[count(shape)], shape);
  }

  /** All elements equal to {@code value}. */
  public static Array filled(double value, int... shape) {
    return zeros(shape).map(zero -> value);
  }

  /** All zeros, in the shape of {@code other}. */
  public static Array zerosLike(Array other) {
    return zeros(other.shape);
  }

  /** The number of axes. */
  public int rank() {
    return shape.length;
  }

  /** The number of elements. */
  public int size() {
    return data.length;
  }

  /** The extent of one axis; a negative axis counts from the last. */
  public int extent(int axis) {
    return shape[axis < 0 ? axis + shape.length : axis];
  }

  /** A copy of the extents. */
  public int[] shape() {
    return shape.clone();
  }

  /** The elements in row-major order: the array's own storage, not a copy. */
  public double[] data() {
    return data;
  }

  /** Whether both arrays have the same extents. */
  public boolean hasShapeOf(Array other) {
    return Arrays.equals(shape, other.shape);
  }

  /** Where the element at {@code index} (one number per axis) lies in {@link #data}. */
  public int offset(int... index) {
    if (index.length != shape.length) {
      throw new IllegalArgumentException(
          "Index %s into shape %s.".formatted(Arrays.toString(index), Arrays.toString(shape)));
    }
    int offset = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      offset = offset * shape[axis] + checked(index[axis], axis);
    }
    return offset;
  }

  /** The element at {@code index}. */
  public double get(int... index) {
    return data[offset(index)];
  }

  /** Replaces the element at {@code index}. */
  public void set(double value, int... index) {
    data[offset(index)] = value;
  }

  /** Adds to the element at {@code index}. */
  public void add(double value, int... index) {
    data[offset(index)] += value;
  }

  /** Applies a function to each element. */
  public Array map(DoubleUnaryOperator function) {
    return new Array(Arrays.stream(data).map(function).toArray(), shape.clone());
  }

  /** Applies a function to each pair of elements; the shapes are equal. */
  public Array zip(Array other, DoubleBinaryOperator function) {
    if (!hasShapeOf(other)) {
      throw new IllegalArgumentException(
          "Shapes %s and %s differ."
              .formatted(Arrays.toString(shape), Arrays.toString(other.shape)));
    }
    double[] result = new double[data.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = function.applyAsDouble(data[i], other.data[i]);
    }
    return new Array(result, shape.clone());
  }

  /** Element-wise sum. */
  public Array plus(Array other) {
    return zip(other, Double::sum);
  }

  /** Element-wise difference. */
  public Array minus(Array other) {
    return zip(other, (a, b) -> a - b);
  }

  /** Element-wise product. */
  public Array times(Array other) {
    return zip(other, (a, b) -> a * b);
  }

  /** Every element times {@code factor}. */
  public Array times(double factor) {
    return map(x -> factor * x);
  }

  /** Element-wise absolute value. */
  public Array abs() {
    return map(Math::abs);
  }

  /** The sum of all elements. */
  public double sum() {
    return Arrays.stream(data).sum();
  }

  /** The sum of the products of corresponding elements. */
  public double dot(Array other) {
    return times(other).sum();
  }

  /** The Euclidean norm of all elements. */
  public double norm() {
    return Math.sqrt(dot(this));
  }

  /** The largest absolute value; 0 for an empty array. */
  public double maxAbs() {
    return Arrays.stream(data).map(Math::abs).max().orElse(0);
  }

  /** The same elements in the same order under another shape. */
  public Array reshape(int... newShape) {
    return of(data.clone(), newShape);
  }

  /**
   * Reorders axes: axis i of the result is axis {@code axes[i]} of this. Golden attention files are
   * {@code [B, H, N, D]}; {@code transpose(0, 2, 1, 3)} turns them into {@code [B, N, H, D]} and
   * back.
   */
  public Array transpose(int... axes) {
    int[] newShape = Arrays.stream(axes).map(axis -> shape[axis]).toArray();
    Array result = zeros(newShape);
    int[] index = new int[axes.length];
    int[] source = new int[axes.length];
    for (int flat = 0; flat < result.size(); flat++) {
      for (int axis = axes.length - 1, rest = flat; axis >= 0; axis--) {
        index[axis] = rest % newShape[axis];
        rest /= newShape[axis];
        source[axes[axis]] = index[axis];
      }
      result.data[flat] = get(source);
    }
    return result;
  }

  /** Elements {@code [from, to)} of one axis. */
  public Array slice(int axis, int from, int to) {
    int[] newShape = shape.clone();
    newShape[axis] = to - from;
    int inner = 1;
    for (int a = axis + 1; a < shape.length; a++) {
      inner *= shape[a];
    }
    Array result = zeros(newShape);
    int rows = newShape[axis] * inner;
    for (int outer = 0; outer * rows < result.size(); outer++) {
      int source = (outer * shape[axis] + from) * inner;
      System.arraycopy(data, source, result.data, outer * rows, rows);
    }
    return result;
  }

  @Override
  public String toString() {
    return "Array" + Arrays.toString(shape);
  }

  private int checked(int index, int axis) {
    if (index < 0 || index >= shape[axis]) {
      throw new IndexOutOfBoundsException(
          "Index %d on axis %d of shape %s.".formatted(index, axis, Arrays.toString(shape)));
    }
    return index;
  }

  private static int count(int[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
