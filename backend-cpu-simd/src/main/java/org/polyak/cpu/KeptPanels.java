package org.polyak.cpu;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Packed copies of right-hand matrices that stay as they are from product to product: the weights
 * of a model that generates. For a few rows packing costs as much as the product, so it is done
 * once.
 *
 * <p>A matrix is packed when it comes for the second time and nobody has asked for its buffer's
 * array in between, which is what writing takes; the copy serves until somebody does. A buffer has
 * at most one copy, and the copy goes with it. Used by the calling thread only.
 */
final class KeptPanels {
  private final ArrayPool<float[]> arrays;
  private final GemmBlocks blocks;
  private final long byteLimit;
  private final Map<CpuBuffer.Floats, Copy> copies = new HashMap<>();
  private long bytes;

  /**
   * No copies yet.
   *
   * @param arrays where copies come from
   * @param blocks how they are packed
   * @param byteLimit most memory that copies take together
   */
  KeptPanels(ArrayPool<float[]> arrays, GemmBlocks blocks, long byteLimit) {
    this.arrays = arrays;
    this.blocks = blocks;
    this.byteLimit = byteLimit;
  }

  private record Copy(Panels panels, int offset, int stride, int columns, int depth) {
    boolean isOf(Operand b, int n, int k) {
      return offset == b.offset() && stride == b.columnStride() && columns == n && depth == k;
    }
  }

  /** Whether B would have to be turned for so few rows that doing it once is worth memory. */
  boolean suits(int m, int n, int depth, Operand a, Operand b, Operand c) {
    return b.rowStride() == 1
        && b.columnStride() != 1
        && c.columnStride() == 1
        && !blocks.isDots(m, n, a, b)
        && 2L * m * (n + (long) depth) <= (long) n * depth;
  }

  /**
   * The panels of all of B, or null when it is not known to stay as it is, or there is no room.
   *
   * @param buffer where B lies; rows of a column side by side
   * @param n columns of B
   */
  @Nullable Panels of(CpuBuffer.Floats buffer, Operand b, int n, int depth) {
    if (!buffer.settle()) {
      release(buffer);
      return null;
    }
    Copy copy = copies.get(buffer);
    if (copy == null) {
      copy = pack(buffer, b, n, depth);
    }
    return copy != null && copy.isOf(b, n, depth) ? copy.panels() : null;
  }

  private @Nullable Copy pack(CpuBuffer.Floats buffer, Operand b, int n, int depth) {
    long size = Panels.packedSize(n, depth, blocks.kernel());
    if (size * Float.BYTES > byteLimit - bytes) {
      return null;
    }
    float[] packed = arrays.borrow(Math.toIntExact(size));
    Panels panels = new Panels().packed(packed, n, depth, blocks.kernel());
    blocks.pack(b, n, 0, n, 0, depth, panels);
    Copy copy = new Copy(panels, b.offset(), b.columnStride(), n, depth);
    copies.put(buffer, copy);
    bytes += bytes(copy);
    return copy;
  }

  /** Lets the copy of a buffer go, if there is one. */
  void release(CpuBuffer.Floats buffer) {
    Copy copy = copies.remove(buffer);
    if (copy != null) {
      bytes -= bytes(copy);
      arrays.giveBack(copy.panels().data());
    }
  }

  /** Lets all copies go. */
  void clear() {
    copies.values().forEach(copy -> arrays.giveBack(copy.panels().data()));
    copies.clear();
    bytes = 0;
  }

  /** Memory that copies take. */
  long bytes() {
    return bytes;
  }

  private static long bytes(Copy copy) {
    return (long) copy.panels().data().length * Float.BYTES;
  }
}
