package org.polyak.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;

/** Moves one head's states between tensors and padded scratch memory. */
final class HeadState {
  private HeadState() {}

  /**
   * Loads the K×V state of a head, or zeros where there is no tensor.
   *
   * @param tensor {@code [B, H, K, V]}
   * @param index number of the head, counted through the batch
   * @param shape extents
   * @param sign factor: −1 where the paper's sign is not the scans'
   * @param to receives the state padded to {@code keyRows × valueStride}
   */
  static void load(@Nullable Tensor tensor, int index, HeadShape shape, float sign, float[] to) {
    Arrays.fill(to, 0, shape.stateSize(), 0);
    load(tensor, index, shape, sign, to, shape.valueStride(), 1);
  }

  /** Loads as {@link #load} does, transposed: padded to {@code valueRows × keyStride}. */
  static void loadTransposed(
      @Nullable Tensor tensor, int index, HeadShape shape, float sign, float[] to) {
    Arrays.fill(to, 0, shape.transposedStateSize(), 0);
    load(tensor, index, shape, sign, to, 1, shape.keyStride());
  }

  private static void load(
      @Nullable Tensor tensor,
      int index,
      HeadShape shape,
      float sign,
      float[] to,
      int rowStride,
      int columnStride) {
    if (tensor == null) {
      return;
    }
    FloatSpan from = FloatSpan.of(tensor);
    int at = from.offset() + index * shape.keyDim() * shape.valueDim();
    for (int row = 0; row < shape.keyDim(); row++) {
      for (int column = 0; column < shape.valueDim(); column++) {
        to[row * rowStride + column * columnStride] =
            sign * from.data()[at + row * shape.valueDim() + column];
      }
    }
  }

  /**
   * Stores the K×V state of a head; the arguments are those of {@link #load}.
   *
   * @param from the state padded to {@code keyRows × valueStride}
   */
  static void store(float[] from, float sign, @Nullable Tensor tensor, int index, HeadShape shape) {
    if (tensor == null) {
      return;
    }
    FloatSpan to = FloatSpan.of(tensor);
    int at = to.offset() + index * shape.keyDim() * shape.valueDim();
    for (int row = 0; row < shape.keyDim(); row++) {
      for (int column = 0; column < shape.valueDim(); column++) {
        to.data()[at + row * shape.valueDim() + column] =
            sign * from[row * shape.valueStride() + column];
      }
    }
  }

  /** Sets the K×V state of a head to zero. */
  static void clear(@Nullable Tensor tensor, int index, HeadShape shape) {
    if (tensor != null) {
      FloatSpan to = FloatSpan.of(tensor);
      int size = shape.keyDim() * shape.valueDim();
      int at = to.offset() + index * size;
      Arrays.fill(to.data(), at, at + size, 0);
    }
  }

  /** Fills {@code to}, padded to {@code valueRows × keyStride}, with the transpose of a state. */
  static void transpose(float[] state, HeadShape shape, float[] to) {
    Arrays.fill(to, 0, shape.transposedStateSize(), 0);
    for (int row = 0; row < shape.keyDim(); row++) {
      for (int column = 0; column < shape.valueDim(); column++) {
        to[column * shape.keyStride() + row] = state[row * shape.valueStride() + column];
      }
    }
  }

  /** Loads the sum of keys of a head, padded to {@code keyStride}, or zeros. */
  static void loadKeySum(@Nullable Tensor tensor, int index, HeadShape shape, float[] to) {
    Arrays.fill(to, 0, shape.keyStride(), 0);
    if (tensor != null) {
      FloatSpan from = FloatSpan.of(tensor);
      System.arraycopy(from.data(), from.offset() + index * shape.keyDim(), to, 0, shape.keyDim());
    }
  }

  /** Stores the sum of keys of a head. */
  static void storeKeySum(float[] from, @Nullable Tensor tensor, int index, HeadShape shape) {
    if (tensor != null) {
      FloatSpan to = FloatSpan.of(tensor);
      System.arraycopy(from, 0, to.data(), to.offset() + index * shape.keyDim(), shape.keyDim());
    }
  }
}
