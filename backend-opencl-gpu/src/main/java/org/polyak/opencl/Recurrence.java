package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.UpdateRule;

/** Attention by the recurrence, for any shape; see {@link AttentionKernel} for the arguments. */
final class Recurrence {
  private static final UpdateRule.Momentum NONE = new UpdateRule.Momentum(0, 1);

  private final OpenClDevice device;
  private final AttentionSpec spec;

  Recurrence(OpenClDevice device, AttentionSpec spec) {
    this.device = device;
    this.spec = spec;
  }

  Shape savedShape(AttentionInputs inputs) {
    return spec.normaliser() instanceof Normaliser.KeySum
        ? Shape.of(inputs.batch(), inputs.heads(), inputs.queryCount())
        : Shape.of(0);
  }

  void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {
    Kernel kernel = begin("forward", inputs);
    Arguments.contiguous(kernel, out);
    boolean saves = saved != null && spec.normaliser() instanceof Normaliser.KeySum;
    Arguments.optional(kernel, saved, out).integer(saves ? 1 : 0);
    state(kernel, initial, out);
    state(kernel, last, out);
    launch(kernel, inputs, inputs.valueDim());
  }

  void backward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients) {
    Kernel queries = begin("query_gradient", inputs);
    Arguments.contiguous(queries, out, saved, outGradient);
    state(queries, initial, out);
    Arguments.tokens(queries, gradients.queries());
    launch(queries, inputs, inputs.keyDim());

    Kernel keys = begin("key_gradient", inputs);
    Arguments.contiguous(keys, out, saved, outGradient);
    state(keys, lastGradient, out);
    Arguments.tokens(keys, gradients.keys());
    state(keys, gradients.initial(), out);
    launch(keys, inputs, inputs.keyDim());

    Kernel values = begin("value_gradient", inputs);
    Arguments.contiguous(values, out, saved, outGradient);
    Arguments.optional(values, lastGradient == null ? null : lastGradient.memory(), out);
    Arguments.optional(values, lastGradient == null ? null : lastGradient.momentum(), out)
        .integer(lastGradient == null ? 0 : 1);
    Arguments.tokens(values, gradients.values());
    launch(values, inputs, inputs.valueDim());
  }

  private Kernel begin(String function, AttentionInputs inputs) {
    UpdateRule.Momentum momentum = spec.rule() instanceof UpdateRule.Momentum rule ? rule : NONE;
    Kernel kernel = device.kernel("recurrence", options(inputs), function);
    Arguments.tokens(kernel, inputs.queries());
    Arguments.tokens(kernel, inputs.keys());
    Arguments.tokens(kernel, inputs.values());
    @Nullable Tensor lengths = inputs.keyLengths();
    return Arguments.optional(kernel, lengths, inputs.queries())
        .integer(lengths == null ? 0 : 1)
        .integer(inputs.heads())
        .integer(inputs.queryCount())
        .integer(inputs.keyCount())
        .real((float) momentum.beta())
        .real((float) momentum.gamma())
        .real(spec.normaliser() instanceof Normaliser.KeySum sum ? (float) sum.epsilon() : 0);
  }

  private String options(AttentionInputs inputs) {
    int normaliser =
        switch (spec.normaliser()) {
          case Normaliser.None none -> 0;
          case Normaliser.KeySum sum -> 1;
          case Normaliser.SquareRootLength root -> 2;
        };
    return "-DK=%d -DV=%d -DCAUSAL=%d -DMOMENTUM=%d -DFREEZE=%d -DPHI=%d -DNORMALISER=%d"
        .formatted(
            inputs.keyDim(),
            inputs.valueDim(),
            spec.causal() ? 1 : 0,
            spec.rule() instanceof UpdateRule.Momentum ? 1 : 0,
            spec.padding() == Padding.FREEZE ? 1 : 0,
            spec.featureMap() == FeatureMap.ELU_PLUS_ONE ? 1 : 0,
            normaliser);
  }

  /** Memory, momentum and sum of keys, and whether there is a state at all. */
  private static void state(Kernel kernel, @Nullable AttentionState state, Tensor standIn) {
    Arguments.optional(kernel, state == null ? null : state.memory(), standIn);
    Arguments.optional(kernel, state == null ? null : state.momentum(), standIn);
    Arguments.optional(kernel, state == null ? null : state.keySum(), standIn)
        .integer(state == null ? 0 : 1);
  }

  /** All channels of a head are in one group. */
  private void launch(Kernel kernel, AttentionInputs inputs, int channels) {
    int heads = inputs.batch() * inputs.heads();
    long items = (long) heads * channels;
    if (items == 0) {
      return;
    }
    int group = channels * Math.clamp(device.traits().groupSize() / channels, 1, heads);
    kernel.integer(items).launch(device.queue(), Groups.cover(items, group), group);
  }
}
