package org.polyak.opencl;

import org.polyak.opencl.driver.Device;

/**
 * What decides between variants of a kernel.
 *
 * @param cooperative whether work-groups share fast local memory and cheap barriers: GPUs do; on a
 *     CPU one work-item does best alone
 * @param assembler whether kernels may contain NVIDIA's PTX, as of compute capability 8.0
 * @param precision how products of matrices are computed
 * @param computeUnits that work-groups should occupy
 * @param groupSize work-items of a group in simple kernels
 */
record Traits(
    boolean cooperative, boolean assembler, Precision precision, int computeUnits, int groupSize) {
  private static final int ASYNCHRONOUS_COPIES = 80;
  private static final int LARGEST_GROUP = 256;
  private static final int CPU_GROUP = 64;

  static Traits of(Device device, Precision precision) {
    int largest = (int) Math.min(LARGEST_GROUP, device.largestWorkGroup());
    int units = device.computeUnits();
    return device.type() == Device.Type.CPU
        ? new Traits(false, false, precision, units, Math.min(CPU_GROUP, largest))
        : gpu(device.computeCapability() >= ASYNCHRONOUS_COPIES, precision, units, largest);
  }

  /** Those of a GPU. */
  static Traits gpu(boolean assembler, Precision precision, int computeUnits, int largestGroup) {
    return new Traits(true, assembler, precision, computeUnits, largestGroup);
  }
}
