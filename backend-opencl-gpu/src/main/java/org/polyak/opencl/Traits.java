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

  static Traits of(Device device) {
    boolean gpu = device.type() != Device.Type.CPU;
    int largest = (int) Math.min(256, device.largestWorkGroup());
    return new Traits(
        gpu, device.isNvidia(), gpu ? largest : Math.min(64, largest), gpu ? ROW_LANES : 1);
  }
}
