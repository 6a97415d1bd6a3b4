package org.polyak.cpu;

import java.util.Arrays;

/** Moves runs of elements between strides. */
final class Strided {
  private Strided() {}

  static void copy(
      int n, float[] from, int fromOffset, int fromStride, float[] to, int toOffset, int toStride) {
    if (fromStride == 1 && toStride == 1) {
      System.arraycopy(from, fromOffset, to, toOffset, n);
    } else if (fromStride == 0) {
      fill(n, from[fromOffset], to, toOffset, toStride);
    } else {
      for (int i = 0; i < n; i++) {
        to[toOffset + i * toStride] = from[fromOffset + i * fromStride];
      }
    }
  }

  static void copy(
      int n, int[] from, int fromOffset, int fromStride, int[] to, int toOffset, int toStride) {
    if (fromStride == 1 && toStride == 1) {
      System.arraycopy(from, fromOffset, to, toOffset, n);
    } else {
      for (int i = 0; i < n; i++) {
        to[toOffset + i * toStride] = from[fromOffset + i * fromStride];
      }
    }
  }

  static void fill(int n, float value, float[] to, int toOffset, int toStride) {
    if (toStride == 1) {
      Arrays.fill(to, toOffset, toOffset + n, value);
    } else {
      for (int i = 0; i < n; i++) {
        to[toOffset + i * toStride] = value;
      }
    }
  }

  static void fill(int n, int value, int[] to, int toOffset, int toStride) {
    for (int i = 0; i < n; i++) {
      to[toOffset + i * toStride] = value;
    }
  }
}
