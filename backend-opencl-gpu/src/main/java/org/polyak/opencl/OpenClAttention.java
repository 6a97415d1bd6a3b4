package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Schedule;

/**
 * {@link AttentionKernel}: a step of generation, segments of the sequence at the same time where
 * they serve, else the recurrence, which takes everything. A schedule that demands the recurrence
 * gets it; chunks are cut as the device likes them.
 */
final class OpenClAttention implements AttentionKernel {
  /** Below it, as in generation, a sequence is a few steps of the recurrence. */
  private static final int FEWEST_TOKENS = 16;

  /** Channels that lie in vectors of this many have a fast path. */
  private static final int VECTOR = 4;

  private final boolean mayCut;
  private final AttentionStep step;
  private final Recurrence recurrence;
  private final SegmentedAttention segmented;

  OpenClAttention(OpenClDevice device, AttentionSpec spec) {
    this.mayCut =
        device.traits().cooperative()
            && spec.causal()
            && !(spec.schedule() instanceof Schedule.Recurrent)
            && Filter.suits(spec.rule());
    this.step = new AttentionStep(device, spec);
    this.recurrence = new Recurrence(device, spec);
    this.segmented = new SegmentedAttention(device, spec);
  }

  @Override
  public Shape savedShape(AttentionInputs inputs) {
    return inSegments(inputs) ? segmented.savedShape(inputs) : recurrence.savedShape(inputs);
  }

  @Override
  public void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {
    if (initial != null
        && last != null
        && saved == null
        && step.accepts(inputs, initial, out, last)) {
      step.forward(inputs, initial, out, last);
    } else if (inSegments(inputs) && aligned(out) && (saved == null || aligned(saved))) {
      segmented.forward(inputs, initial, out, last, saved);
    } else {
      recurrence.forward(inputs, initial, out, last, saved);
    }
  }

  @Override
  public void backward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients) {
    if (inSegments(inputs)
        && aligned(out)
        && aligned(saved)
        && aligned(outGradient)
        && aligned(gradients.queries())
        && aligned(gradients.keys())
        && aligned(gradients.values())) {
      segmented.backward(inputs, initial, out, saved, outGradient, lastGradient, gradients);
    } else {
      recurrence.backward(inputs, initial, out, saved, outGradient, lastGradient, gradients);
    }
  }

  /** Whether what is known of a call before its outputs allows segments. */
  private boolean inSegments(AttentionInputs inputs) {
    int channels = inputs.keyDim();
    return mayCut
        && inputs.keyLengths() == null
        && inputs.queryCount() >= FEWEST_TOKENS
        && inputs.batch() * inputs.heads() > 0
        && channels == inputs.valueDim()
        && (channels == 16 || channels == 32 || channels == 64)
        && aligned(inputs.queries())
        && aligned(inputs.keys())
        && aligned(inputs.values());
  }

  /** Whether vectors of four may be read at the start of every head of every token. */
  private static boolean aligned(Tensor tensor) {
    boolean strides =
        tensor.shape().rank() < 2
            || (tensor.layout().stride(0) % VECTOR == 0 && tensor.layout().stride(1) % VECTOR == 0);
    return strides && tensor.layout().offset() % VECTOR == 0;
  }
}
