package org.polyak.opencl;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  /** Whichever thread has the backend may read it. */
  private final Arena arena = Arena.ofShared();

  private final MemorySegment answer = arena.allocate(ValueLayout.JAVA_INT);
  private boolean possible;
  private boolean asked;

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
   * Lets the device answer with the host's next wait, if a kernel that may note something was
   * launched since the last time.
   */
  void ask() {
    if (possible) {
      queue.readSoon(row, answer);
      possible = false;
      asked = true;
    }
  }

  /**
   * Reads the answer, after that wait.
   *
   * @throws IndexOutOfBoundsException when a kernel noted something
   */
  void report() {
    if (!asked) {
      return;
    }
    asked = false;
    int noted = answer.get(ValueLayout.JAVA_INT, 0);
    if (noted != 0) {
      clear();
      throw new IndexOutOfBoundsException(
          "The index of row %d lies outside its table.".formatted(noted - 1));
    }
  }

  @Override
  public void close() {
    row.close();
    arena.close();
  }

  private void clear() {
    queue.write(MemorySegment.ofArray(new int[1]), row, 0);
  }
}
