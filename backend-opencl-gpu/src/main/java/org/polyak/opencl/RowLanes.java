package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.Tensor;

/**
 * How work-items share contiguous rows: a work-group has several slots, and the lanes of a slot
 * work on one row. On a CPU a work-item has its row for itself.
 *
 * @param width elements of a row
 * @param vector elements that move together: 4, or 1 where a row is not aligned to that
 * @param size lanes of a slot
 * @param group work-items of a group
 * @param shuffles whether lanes may exchange values by NVIDIA's assembler
 */
record RowLanes(int width, int vector, int size, int group, boolean shuffles) {
  /** Groups of rows are at least so large, for occupancy. */
  private static final int LEAST_GROUP = 128;

  private static final int LARGEST_SLOT = 256;

  /** Of slots with less work for each lane more would be idle. */
  private static final int LEAST_SLOT = 2;

  /**
   * The shares for some tensors.
   *
   * @param each packs that a lane should hold in registers
   * @param tensors whose rows, or single row, begin at their offset
   */
  static RowLanes of(Traits traits, int width, int each, Tensor... tensors) {
    int vector = Packs.vector(width, tensors);
    if (!traits.cooperative()) {
      return new RowLanes(width, vector, 1, 1, false);
    }
    int packs = Math.ceilDiv(width, vector);
    int size =
        Math.clamp(
            Groups.powerOfTwo(Math.ceilDiv(packs, vector == 1 ? 2 * each : each)),
            Math.min(LEAST_SLOT, Groups.powerOfTwo(packs)),
            Math.min(LARGEST_SLOT, traits.groupSize()));
    return new RowLanes(
        width,
        vector,
        size,
        Math.max(size, Math.min(LEAST_GROUP, traits.groupSize())),
        traits.assembler());
  }

  /** Rows of a group. */
  int slots() {
    return group / size;
  }

  /** Options of the compiler. */
  String options() {
    return "%s -DWIDTH=%d -DSIZE=%d -DGROUP=%d -DSHUFFLES=%d"
        .formatted(Packs.options(vector), width, size, group, shuffles ? 1 : 0);
  }

  /** Hands over tensors whose positions are counted in packs. */
  Kernel arguments(Kernel kernel, Tensor... tensors) {
    return Packs.arguments(kernel, vector, tensors);
  }

  /** A slot for every row. */
  void launch(Kernel kernel, Queue queue, int rows) {
    kernel.launch(queue, (long) Math.ceilDiv(rows, slots()) * group, group);
  }
}
