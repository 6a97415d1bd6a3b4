package org.polyak.cpu;

/** The scalar product of two vectors, on plain arrays. */
interface DotLoop {
  /** The sum over k of {@code a[aOffset + k] * b[bOffset + k]}, in an order fixed by the depth. */
  float dot(int depth, float[] a, int aOffset, float[] b, int bOffset);
}
