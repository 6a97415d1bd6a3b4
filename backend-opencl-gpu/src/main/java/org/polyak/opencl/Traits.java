package org.polyak.opencl;

import org.polyak.opencl.driver.Device;

/**
 * What decides between variants of a kernel.
 *
 * @param cooperative whether work-groups share fast local memory and cheap barriers: GPUs do; on a
 *     CPU one work-item does best alone
 * @param assembler whether kernels may contain NVIDIA's PTX
 * @param groupSize work-items of a group in simple kernels
 * @param rowLanes work-items that share a row of a matrix
 */
record Traits(boolean cooperative, boolean assembler, int groupSize, int rowLanes) {
  private static final int ROW_LANES = 64;

  private static final int LARGEST_GROUP = 256;
  private static final int CPU_GROUP = 64;

  static Traits of(Device device) {
    int largest = (int) Math.min(LARGEST_GROUP, device.largestWorkGroup());
    return device.type() == Device.Type.CPU
        ? new Traits(false, false, Math.min(CPU_GROUP, largest), 1)
        : gpu(device.isNvidia(), largest);
  }

  /** Those of a GPU. */
  static Traits gpu(boolean assembler, int largestGroup) {
    return new Traits(true, assembler, largestGroup, ROW_LANES);
  }
}
