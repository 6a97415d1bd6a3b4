package org.polyak.cpu;

/**
 * The inner loops that the attention family is built from, for the width of one device.
 *
 * @param rows loading, storing and normalising rows
 * @param scan the recurrence over tokens
 * @param momentumScan the recurrence over tokens with momentum
 * @param keyValueScan the gradients of keys and values with momentum
 * @param step the recurrence of one token
 * @param products matrix products
 */
record AttentionLoops(
    HeadRows rows,
    ScanLoops scan,
    MomentumScanLoops momentumScan,
    KeyValueScanLoops keyValueScan,
    StepLoops step,
    GemmBlocks products) {
  static AttentionLoops load(CpuDevice device) {
    return new AttentionLoops(
        device.kernel(VectorHeadRows.class),
        device.kernel(VectorScanLoops.class),
        device.kernel(VectorMomentumScanLoops.class),
        device.kernel(VectorKeyValueScanLoops.class),
        device.kernel(VectorStepLoops.class),
        device.gemm().blocks());
  }
}
