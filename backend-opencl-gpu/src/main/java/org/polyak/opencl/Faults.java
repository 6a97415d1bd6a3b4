package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import org.polyak.opencl.driver.Memory;
import org.polyak.opencl.driver.Queue;
import org.polyak.spi.DeviceMemoryException;

/**
 * Indices outside their table: kernels note one on the device, and it is reported when the host
 * next waits.
 */
final class Faults implements AutoCloseable {
  private final Queue queue;
  private final Memory row;
  private boolean possible;

  Faults(Queue queue) {
    this.queue = queue;
    this.row =
        queue
            .allocate(Integer.BYTES)
            .orElseThrow(() ->
                new DeviceMemoryException(
                    "Device '%s' has no memory left, not even %d bytes."
                        .formatted(queue.device().name(), Integer.BYTES)));
    clear();
  }

  /** Where a kernel that is about to be launched writes 1 + the row of a wrong index. */
  Memory note() {
    possible = true;
    return row;
  }

  /**
   * Waits for the device if a kernel that may note something was launched since the last time.
   *
   * @throws IndexOutOfBoundsException when one did
   */
  void check() {
    if (!possible) {
      return;
    }
    int[] found = {0};
    queue.read(row, 0, MemorySegment.ofArray(found));
    possible = false;
    if (found[0] != 0) {
      clear();
      throw new IndexOutOfBoundsException(
          "The index of row %d lies outside its table.".formatted(found[0] - 1));
    }
  }

  @Override
  public void close() {
    row.close();
  }

  private void clear() {
    queue.write(MemorySegment.ofArray(new int[1]), row, 0);
  }
}
