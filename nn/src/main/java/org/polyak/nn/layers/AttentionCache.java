package org.polyak.nn.layers;

import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Kernels;
import org.polyak.spi.Tensor;

/** What one attention layer remembers of the tokens generated so far. Updated in place. */
sealed interface AttentionCache {
  /**
   * The state of the linear family: its size does not depend on the number of tokens.
   *
   * @param state updated by each step
   */
  record Recurrent(CarriedState state) implements AttentionCache {}

  /** Keys and values of softmax attention, with room for the longest sequence. */
  final class KeyValue implements AttentionCache {
    private final Tensor keys;
    private final Tensor values;
    private int count;

    /**
     * Allocates room in the scope of the operations.
     *
     * @param capacity the longest sequence
     */
    KeyValue(Ops ops, int batch, int capacity, int heads, int keyDim, int valueDim) {
      keys = ops.filled(0, batch, capacity, heads, keyDim).tensor();
      values = ops.filled(0, batch, capacity, heads, valueDim).tensor();
    }

    /** Appends one token: key [B, 1, H, K] and value [B, 1, H, V]. */
    void append(Kernels kernels, Variable key, Variable value) {
      kernels.copy(key.tensor(), keys.slice(1, count, count + 1));
      kernels.copy(value.tensor(), values.slice(1, count, count + 1));
      count++;
    }

    /** All keys so far, [B, count, H, K]. */
    Variable keys() {
      return Variable.constant(keys.slice(1, 0, count));
    }

    /** All values so far, [B, count, H, V]. */
    Variable values() {
      return Variable.constant(values.slice(1, 0, count));
    }
  }
}
