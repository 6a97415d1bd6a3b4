package org.polyak.opencl;

import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;

/**
 * Causal attention by segments of the sequence, all at the same time. Output and gradients are
 * readings of one linear filter: {@code segmentlanes.cl} says which.
 *
 * <p>The forward pass saves denominators, and behind them, if there are several segments, the
 * states at their starts, which the gradient of queries wants again.
 */
final class SegmentedAttention {
  private static final int VECTOR = 4;

  private final OpenClDevice device;
  private final AttentionSpec spec;
  private final boolean keySum;
  private final SegmentPrograms programs;
  private final SegmentStates states;

  SegmentedAttention(OpenClDevice device, AttentionSpec spec) {
    this.device = device;
    this.spec = spec;
    this.keySum = spec.normaliser() instanceof Normaliser.KeySum;
    this.programs = new SegmentPrograms(device, spec);
    this.states = new SegmentStates(device, programs);
  }

  /** What all kernels of a call share. */
  private record Call(AttentionInputs inputs, Segments segments, Filter filter) {
    int heads() {
      return inputs.batch() * inputs.heads();
    }

    int tokens() {
      return inputs.queryCount();
    }

    int channels() {
      return inputs.keyDim();
    }

    boolean isCut() {
      return segments.count() > 1;
    }
  }

  /** The tensors of a reading: its x, y and w, and a fourth. */
  private record Operands(Tensor rows, Tensor columns, Tensor readers, Tensor fourth) {}

  private Call call(AttentionInputs inputs) {
    int heads = inputs.batch() * inputs.heads();
    int units = device.queue().device().computeUnits();
    return new Call(
        inputs,
        Segments.of(inputs.queryCount(), heads, inputs.keyDim(), units),
        Filter.of(spec, inputs.keyCount()));
  }

  Shape savedShape(AttentionInputs inputs) {
    Call call = call(inputs);
    return Shape.of(denominators(call) + (call.isCut() ? stateSize(call) : 0));
  }

  void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {
    Call call = call(inputs);
    Tensor k = inputs.keys();
    Tensor v = inputs.values();
    try (Scope scope = Scope.open("attention", device.pool())) {
      Tensor starts = null;
      if (call.isCut() || initial != null || last != null) {
        starts = call.isCut() && saved != null ? savedStates(call, saved) : states(call, scope);
        SegmentStates.Pass pass = new SegmentStates.Pass(Reading.OUTPUT, k, v, v, initial, last);
        states.compute(pass, inputs, call.segments(), call.filter(), starts);
      }
      Operands operands = new Operands(k, v, inputs.queries(), inputs.queries());
      attend(call, Reading.OUTPUT, operands, starts, out, keySum ? saved : null, saved);
    }
    if (last != null && last.momentum() != null) {
      lastMomentum(call, initial, last.momentum());
    }
  }

  void backward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients) {
    Call call = call(inputs);
    Tensor q = inputs.queries();
    Tensor k = inputs.keys();
    Tensor v = inputs.values();
    try (Scope scope = Scope.open("attention gradient", device.pool())) {
      Tensor numerators = outGradient;
      Tensor denominators = outGradient;
      if (keySum) {
        numerators = scope.allocate(DType.F32, out.shape());
        denominators = scope.allocate(DType.F32, Shape.of(denominators(call)));
        numeratorGradient(call, out, saved, outGradient, numerators, denominators);
      }
      Tensor starts = forwardStates(call, initial, saved, scope);
      Operands queries = new Operands(v, k, numerators, q);
      attend(call, Reading.QUERIES, queries, starts, gradients.queries(), null, denominators);

      Tensor ends = null;
      if (call.isCut() || lastGradient != null || gradients.initial() != null) {
        ends = states(call, scope);
        SegmentStates.Pass pass =
            new SegmentStates.Pass(
                Reading.PAIRS, q, numerators, denominators, lastGradient, gradients.initial());
        states.compute(pass, inputs, call.segments(), call.filter(), ends);
      }
      differentiate(call, new Operands(q, numerators, k, v), ends, denominators, gradients);
    }
  }

  /** The states at the starts of segments, which the forward pass saved if there are several. */
  private @Nullable Tensor forwardStates(
      Call call, @Nullable AttentionState initial, Tensor saved, Scope scope) {
    if (call.isCut()) {
      return savedStates(call, saved);
    }
    if (initial == null) {
      return null;
    }
    Tensor starts = states(call, scope);
    AttentionInputs inputs = call.inputs();
    SegmentStates.Pass pass =
        new SegmentStates.Pass(
            Reading.OUTPUT, inputs.keys(), inputs.values(), inputs.values(), initial, null);
    states.compute(pass, inputs, call.segments(), call.filter(), starts);
    return starts;
  }

  private Kernel operands(
      Call call, SegmentSource source, Reading reading, String function, Operands operands) {
    Kernel kernel = programs.kernel(source, reading, call.channels(), function);
    Arguments.tokens(kernel, operands.rows());
    Arguments.tokens(kernel, operands.columns());
    Arguments.tokens(kernel, operands.readers());
    return Arguments.tokens(kernel, operands.fourth());
  }

  /**
   * The output, or the gradient of queries.
   *
   * @param operands with what φ′ is taken of
   * @param starts states at the starts of segments; null for zeros
   * @param saved receives denominators; null when not wanted
   * @param weights dd, where the reading wants it
   */
  private void attend(
      Call call,
      Reading reading,
      Operands operands,
      @Nullable Tensor starts,
      Tensor out,
      @Nullable Tensor saved,
      @Nullable Tensor weights) {
    Kernel kernel = operands(call, SegmentSource.READS, reading, "attend", operands);
    Arguments.tokens(kernel, out);
    sizes(call, kernel).real((float) call.filter().epsilon());
    Arguments.optional(kernel, starts, out).integer(starts == null ? 0 : 1);
    Arguments.optional(kernel, saved, out).integer(saved == null ? 0 : 1);
    launch(call, Arguments.optional(kernel, weights, out));
  }

  /**
   * The gradients of values and of keys.
   *
   * @param operands with the values, by which gradients of keys are read
   * @param ends states behind the ends of segments; null for zeros
   * @param weights dd, where the normaliser is the sum of keys
   */
  private void differentiate(
      Call call,
      Operands operands,
      @Nullable Tensor ends,
      Tensor weights,
      AttentionGradients gradients) {
    Kernel kernel =
        operands(call, SegmentSource.GRADIENTS, Reading.PAIRS, "differentiate", operands);
    Arguments.tokens(kernel, gradients.values());
    Arguments.tokens(kernel, gradients.keys());
    sizes(call, kernel);
    Arguments.optional(kernel, ends, weights).integer(ends == null ? 0 : 1);
    launch(call, Arguments.contiguous(kernel, weights));
  }

  private static Kernel sizes(Call call, Kernel kernel) {
    return kernel
        .integer(call.inputs().heads())
        .integer(call.tokens())
        .integer(call.segments().length())
        .integer(call.segments().count())
        .real((float) call.filter().beta())
        .real((float) call.filter().factor());
  }

  private void launch(Call call, Kernel kernel) {
    long groups = (long) call.heads() * call.segments().count();
    kernel.launch(device.queue(), groups * call.channels(), call.channels());
  }

  private void lastMomentum(Call call, @Nullable AttentionState initial, Tensor momentum) {
    AttentionInputs inputs = call.inputs();
    Filter filter = call.filter();
    int begin = Math.max(0, call.tokens() - filter.momentumMemory());
    long items = (long) call.heads() * call.channels() * call.channels();
    Kernel kernel =
        programs.kernel(SegmentSource.STATES, Reading.OUTPUT, call.channels(), "last_momentum");
    Arguments.tokens(kernel, inputs.keys());
    Arguments.tokens(kernel, inputs.values());
    kernel
        .integer(inputs.heads())
        .integer(call.tokens())
        .integer(begin)
        .real((float) filter.beta())
        .real((float) filter.decay(call.tokens()));
    Arguments.optional(kernel, initial == null ? null : initial.momentum(), momentum)
        .integer(initial == null ? 0 : 1);
    Arguments.contiguous(kernel, momentum)
        .integer(items)
        .launch(device.queue(), Groups.cover(items, Reading.GROUP), Reading.GROUP);
  }

  private void numeratorGradient(
      Call call,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      Tensor numerators,
      Tensor denominators) {
    int rows = call.heads() * call.tokens();
    long items = (long) rows * call.channels() / VECTOR;
    Kernel kernel =
        programs.kernel(SegmentSource.STATES, Reading.PAIRS, call.channels(), "numerator_gradient");
    Arguments.contiguous(kernel, out, saved, outGradient, numerators, denominators)
        .integer(call.inputs().heads())
        .integer(call.tokens())
        .integer(rows)
        .launch(device.queue(), Groups.cover(items, Reading.GROUP), Reading.GROUP);
  }

  /** Numbers that denominators take up: one for each token of each head, in whole vectors. */
  private int denominators(Call call) {
    return keySum ? (int) Groups.cover((long) call.heads() * call.tokens(), VECTOR) : 0;
  }

  /** Numbers in the states of all segments: r, with momentum g, and a sum of keys. */
  private static int stateSize(Call call) {
    int channels = call.channels();
    int matrices = call.filter().momentum() ? 2 : 1;
    int size = matrices * channels * channels + channels;
    return Math.multiplyExact(call.heads() * call.segments().count(), size);
  }

  private static Tensor states(Call call, Scope scope) {
    return scope.allocate(DType.F32, Shape.of(stateSize(call)));
  }

  private Tensor savedStates(Call call, Tensor saved) {
    return saved.slice(0, denominators(call), saved.shape().dim(0));
  }
}
