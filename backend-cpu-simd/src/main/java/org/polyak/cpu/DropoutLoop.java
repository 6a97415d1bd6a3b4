package org.polyak.cpu;

/** The inner loop of dropout, on plain arrays. */
interface DropoutLoop {
  /**
   * Drops or scales a run of elements. Element i of the tensor is kept when the upper 24 bits of
   * its hash are at least {@code threshold}.
   *
   * @param mixedSeed the seed after one mixing
   * @param from number of the first element within the tensor
   * @param count number of elements
   * @param threshold the rate in units of 2⁻²⁴, rounded up
   * @param scale what kept elements are multiplied by
   * @param in holds the elements
   * @param inOffset position of the tensor's element 0
   * @param out receives the elements
   * @param outOffset position of the tensor's element 0
   */
  void apply(
      int mixedSeed,
      int from,
      int count,
      int threshold,
      float scale,
      float[] in,
      int inOffset,
      float[] out,
      int outOffset);
}
