package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * One token of causal attention per sequence, as generation wants it: the state is read and written
 * where it lies, and no array is allocated.
 */
final class AttentionStep {
  /** State elements below which another task costs more than it saves. */
  private static final int TASK_ELEMENTS = 64 * 1024;

  private final AttentionSpec spec;
  private final HeadRows rows;
  private final StepLoops loops;

  AttentionStep(AttentionSpec spec, AttentionLoops loops) {
    this.spec = spec;
    this.rows = loops.rows();
    this.loops = loops.step();
  }

  void run(
      WorkerPool pool,
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last) {
    HeadShape shape = HeadShape.of(inputs, rows.lanes());
    int heads = inputs.batch() * inputs.heads();
    int stateElements = Math.max(1, shape.keyDim() * shape.valueDim());
    int headsPerTask = Math.clamp(TASK_ELEMENTS / stateElements, 1, Math.max(1, heads));
    pool.parallelFor(
        Math.ceilDiv(heads, headsPerTask),
        (task, worker) -> {
          int end = Math.min(heads, (task + 1) * headsPerTask);
          for (int head = task * headsPerTask; head < end; head++) {
            step(shape, inputs, initial, out, last, head, worker);
          }
        });
  }

  private void step(
      HeadShape shape,
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      int index,
      Worker worker) {
    float[] q = worker.borrow(shape.keyStride());
    float[] k = worker.borrow(shape.keyStride());
    int sequence = index / shape.heads();
    int head = index % shape.heads();
    load(HeadTensor.of(inputs.queries()), sequence, head, shape, q);
    load(HeadTensor.of(inputs.keys()), sequence, head, shape, k);
    float factor = factor(shape, initial, last, index, q, k, worker);

    HeadTensor v = HeadTensor.of(inputs.values());
    HeadTensor o = HeadTensor.of(out);
    FloatSpan from = initial == null ? FloatSpan.NONE : FloatSpan.of(initial.memory());
    FloatSpan to = last == null ? FloatSpan.NONE : FloatSpan.of(last.memory());
    int state = index * shape.keyDim() * shape.valueDim();
    switch (spec.rule()) {
      case UpdateRule.Additive() ->
          loops.single(
              shape.keyDim(),
              shape.valueDim(),
              q,
              k,
              v.data(),
              v.at(sequence, 0, head),
              1,
              factor,
              initial == null ? null : from.data(),
              from.offset() + state,
              last == null ? null : to.data(),
              to.offset() + state,
              o.data(),
              o.at(sequence, 0, head));
      case UpdateRule.Momentum(double beta, double gamma) -> {
        Tensor before = initial == null ? null : initial.momentum();
        Tensor after = last == null ? null : last.momentum();
        FloatSpan momentumFrom = before == null ? FloatSpan.NONE : FloatSpan.of(before);
        FloatSpan momentumTo = after == null ? FloatSpan.NONE : FloatSpan.of(after);
        loops.twofold(
            shape.keyDim(),
            shape.valueDim(),
            q,
            k,
            v.data(),
            v.at(sequence, 0, head),
            beta,
            (float) gamma,
            factor,
            initial == null ? null : from.data(),
            from.offset() + state,
            last == null ? null : to.data(),
            to.offset() + state,
            before == null ? null : momentumFrom.data(),
            momentumFrom.offset() + state,
            after == null ? null : momentumTo.data(),
            momentumTo.offset() + state,
            o.data(),
            o.at(sequence, 0, head));
      }
    }
    worker.giveBack(q);
    worker.giveBack(k);
  }

  private void load(HeadTensor tensor, int sequence, int head, HeadShape shape, float[] to) {
    rows.load(
        spec.featureMap(),
        1,
        shape.keyDim(),
        tensor.data(),
        tensor.at(sequence, 0, head),
        tensor.rowStride(),
        new float[][] {to},
        0,
        shape.keyStride());
  }

  /** The reciprocal of the normaliser; the sum of keys moves on where there is one. */
  private float factor(
      HeadShape shape,
      @Nullable AttentionState initial,
      @Nullable AttentionState last,
      int index,
      float[] q,
      float[] k,
      Worker worker) {
    return switch (spec.normaliser()) {
      case Normaliser.None() -> 1;
      case Normaliser.SquareRootLength() -> (float) (1 / Math.sqrt(shape.keys()));
      case Normaliser.KeySum(double epsilon) -> {
        float[] sum = worker.borrow(shape.keyStride());
        float[] denominator = worker.borrow(1);
        HeadState.loadKeySum(initial == null ? null : initial.keySum(), index, shape, sum);
        rows.runningDenominators(1, shape.keyStride(), k, sum, q, (float) epsilon, denominator);
        HeadState.storeKeySum(sum, last == null ? null : last.keySum(), index, shape);
        float factor = 1 / denominator[0];
        worker.giveBack(sum);
        worker.giveBack(denominator);
        yield factor;
      }
    };
  }
}
