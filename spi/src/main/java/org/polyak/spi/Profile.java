package org.polyak.spi;

import java.util.List;

/**
 * What a device was given to do since the profile was last taken.
 *
 * @param kernels by name, each name once
 * @param uploads from the host
 * @param downloads to the host
 * @param heldBytes device memory that the backend holds now, in use or kept for the next request
 */
public record Profile(
    List<KernelCount> kernels, Transfers uploads, Transfers downloads, long heldBytes) {
  /** Copies the list. */
  public Profile {
    kernels = List.copyOf(kernels);
  }

  /**
   * Launches of one kernel.
   *
   * @param name of the kernel
   * @param launches how many
   * @param nanoseconds device time of all of them; negative when it is not measured
   */
  public record KernelCount(String name, long launches, long nanoseconds) {}

  /**
   * Copies in one direction.
   *
   * @param count how many
   * @param bytes of all of them
   */
  public record Transfers(long count, long bytes) {}
}
