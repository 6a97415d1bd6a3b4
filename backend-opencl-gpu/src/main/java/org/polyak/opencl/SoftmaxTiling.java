package org.polyak.opencl;

import org.polyak.spi.Layout;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;

/**
 * How the tiled kernels of softmax attention cut heads of one kind.
 *
 * @param keyDim K
 * @param valueDim V
 * @param causal whether row i sees keys j ≤ i only
 * @param aligned whether every row of channels begins and ends at a multiple of four elements
 */
record SoftmaxTiling(int keyDim, int valueDim, boolean causal, boolean aligned) {
  /** Work-items of the group that a single query gets. */
  static final int QUERY_GROUP = 256;

  /** Channels of keys and of values that a work-item holds in registers. */
  private static final int SHARE = 32;

  /** Wider heads do not fit local memory. */
  private static final int WIDEST = 8 * SHARE;

  /** The cut for some inputs, with the other tensors of channels that a kernel touches. */
  static SoftmaxTiling of(AttentionInputs inputs, boolean causal, Tensor... others) {
    boolean aligned =
        inputs.keyDim() % 4 == 0
            && inputs.valueDim() % 4 == 0
            && aligned(inputs.queries())
            && aligned(inputs.keys())
            && aligned(inputs.values());
    for (Tensor tensor : others) {
      aligned &= aligned(tensor);
    }
    return new SoftmaxTiling(inputs.keyDim(), inputs.valueDim(), causal, aligned);
  }

  /** Whether heads are narrow enough. */
  boolean fits() {
    return Math.max(keyDim, valueDim) <= WIDEST;
  }

  /** Work-items that share a row. */
  int parts() {
    return Math.ceilDiv(Math.max(keyDim, valueDim), SHARE);
  }

  /** Rows of a work-group. */
  int rows() {
    return parts() <= 2 ? 64 : 32;
  }

  /** Options of the compiler. */
  String options() {
    return "-DK=%d -DV=%d -DPARTS=%d -DROWS=%d -DTILE=%d -DCAUSAL=%d -DALIGNED=%d"
        .formatted(
            keyDim,
            valueDim,
            parts(),
            rows(),
            parts() <= 4 ? 16 : 8,
            causal ? 1 : 0,
            aligned ? 1 : 0);
  }

  /** Options of the compiler for single queries. */
  String queryOptions() {
    return "-DK=%d -DV=%d -DSIZE=%d -DCOLUMNS=%d -DCAUSAL=%d -DALIGNED=%d"
        .formatted(
            keyDim,
            valueDim,
            QUERY_GROUP,
            Math.min(QUERY_GROUP, Groups.powerOfTwo(valueDim)),
            causal ? 1 : 0,
            aligned ? 1 : 0);
  }

  private static boolean aligned(Tensor tensor) {
    Layout layout = tensor.layout();
    return layout.offset() % 4 == 0 && layout.stride(0) % 4 == 0 && layout.stride(1) % 4 == 0;
  }
}
