package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * Causal attention of one token with a carried state, on devices whose work-groups share local
 * memory: {@code step.cl}. What it cannot do the recurrence does.
 */
final class AttentionStep {
  private static final UpdateRule.Momentum NONE = new UpdateRule.Momentum(0, 1);

  /** Work-items that share a head's state, four columns each. */
  private static final int LANES = 32;

  private static final int VECTOR = 4;
  private static final int WIDEST = LANES * VECTOR;
  private static final int GROUP = 128;
  private static final int MOST_AHEAD = 8;

  private final OpenClDevice device;
  private final AttentionSpec spec;
  private final boolean keySum;
  private final boolean possible;

  AttentionStep(OpenClDevice device, AttentionSpec spec) {
    this.device = device;
    this.spec = spec;
    this.keySum = spec.normaliser() instanceof Normaliser.KeySum;
    this.possible =
        spec.causal() && device.traits().cooperative() && device.traits().groupSize() >= GROUP;
  }

  boolean accepts(AttentionInputs inputs, AttentionState initial, Tensor out, AttentionState last) {
    int columns = inputs.valueDim();
    return possible
        && inputs.queryCount() == 1
        && inputs.keyLengths() == null
        && inputs.batch() > 0
        && columns % VECTOR == 0
        && columns <= WIDEST
        && Integer.bitCount(columns) == 1
        && inputs.keyDim() % down(columns) == 0
        && inputs.values().layout().stride(0) % VECTOR == 0
        && isAligned(inputs.values())
        && isAligned(out)
        && isAligned(initial.memory())
        && isAligned(initial.momentum())
        && isAligned(last.memory())
        && isAligned(last.momentum());
  }

  void forward(AttentionInputs inputs, AttentionState initial, Tensor out, AttentionState last) {
    UpdateRule.Momentum momentum = spec.rule() instanceof UpdateRule.Momentum rule ? rule : NONE;
    int items = Math.multiplyExact(inputs.batch(), inputs.heads());
    Kernel kernel = device.kernel("step", options(inputs), "advance");
    token(kernel, inputs.queries());
    token(kernel, inputs.keys());
    token(kernel, inputs.values());
    kernel
        .integer(inputs.heads())
        .real((float) momentum.beta())
        .real((float) momentum.gamma())
        .real(spec.normaliser() instanceof Normaliser.KeySum sum ? (float) sum.epsilon() : 0);
    Arguments.contiguous(kernel, out);
    state(kernel, initial, out);
    state(kernel, last, out);
    kernel.integer(items).launch(device.queue(), Groups.cover((long) items * LANES, GROUP), GROUP);
  }

  /** A sequence of one key has a root of its length that is 1. */
  private String options(AttentionInputs inputs) {
    int share = inputs.keyDim() / down(inputs.valueDim());
    return "-DK=%d -DV=%d -DMOMENTUM=%d -DPHI=%d -DSUMS=%d -DGROUP=%d -DAHEAD=%d"
        .formatted(
            inputs.keyDim(),
            inputs.valueDim(),
            spec.rule() instanceof UpdateRule.Momentum ? 1 : 0,
            spec.featureMap() == FeatureMap.ELU_PLUS_ONE ? 1 : 0,
            keySum ? 1 : 0,
            GROUP,
            ahead(share));
  }

  /** The largest divisor that fits into registers. */
  private static int ahead(int share) {
    int ahead = Math.min(share, MOST_AHEAD);
    while (share % ahead != 0) {
      ahead--;
    }
    return ahead;
  }

  /** Rows of the state that a head's work-items cover at a time. */
  private static int down(int columns) {
    return LANES * VECTOR / columns;
  }

  private static void token(Kernel kernel, Tensor tensor) {
    Arguments.contiguous(kernel, tensor).integer(tensor.layout().stride(0));
  }

  private static void state(Kernel kernel, AttentionState state, Tensor standIn) {
    Arguments.contiguous(kernel, state.memory());
    Arguments.optional(kernel, state.momentum(), standIn);
    Arguments.optional(kernel, state.keySum(), standIn);
  }

  private static boolean isAligned(@Nullable Tensor tensor) {
    return tensor == null || tensor.layout().offset() % VECTOR == 0;
  }
}
