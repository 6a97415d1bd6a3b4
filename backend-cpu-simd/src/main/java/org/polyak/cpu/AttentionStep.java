package org.polyak.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * One token of causal attention per sequence, as generation wants it: the state is read and written
 * where it lies, once.
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
          int first = task * headsPerTask;
          int end = Math.min(heads, first + headsPerTask);
          new Heads(shape, inputs, initial, out, last, worker).step(first, end);
        });
  }

  /**
   * What all heads have of one part of a state, one after another.
   *
   * @param data the array
   * @param offset where the first head's part begins
   * @param size distance between heads; 0 where all share a place
   */
  @SuppressWarnings("ArrayRecordComponent") // a place in memory, never compared
  private record StatePart(float[] data, int offset, int size) {
    /** Of a tensor, or one place for all heads when there is none. */
    static StatePart of(@Nullable Tensor tensor, int size, float[] instead) {
      if (tensor == null) {
        return new StatePart(instead, 0, 0);
      }
      FloatSpan span = FloatSpan.of(tensor);
      return new StatePart(span.data(), span.offset(), size);
    }

    int at(int head) {
      return offset + head * size;
    }
  }

  /** The heads of one task. */
  private final class Heads {
    private final HeadShape shape;
    private final AttentionInputs inputs;
    private final Worker worker;
    private final HeadTensor values;
    private final HeadTensor outs;
    private final StatePart memoryFrom;
    private final StatePart memoryTo;
    private final StatePart momentumFrom;
    private final StatePart momentumTo;
    private final StatePart keySumFrom;
    private final StatePart keySumTo;
    private final float[] zeros;
    private final float[] unwanted;
    private final float[] q;
    private final float[] k;

    Heads(
        HeadShape shape,
        AttentionInputs inputs,
        @Nullable AttentionState initial,
        Tensor out,
        @Nullable AttentionState last,
        Worker worker) {
      this.shape = shape;
      this.inputs = inputs;
      this.worker = worker;
      int keyDim = shape.keyDim();
      int size = keyDim * shape.valueDim();
      int most = Math.max(size, keyDim);
      zeros = worker.borrow(initial == null ? most : 0);
      Arrays.fill(zeros, 0, initial == null ? most : 0, 0);
      unwanted = worker.borrow(last == null ? most : 0);
      q = worker.borrow(shape.heads() * shape.keyStride());
      k = worker.borrow(shape.heads() * shape.keyStride());
      values = HeadTensor.of(inputs.values());
      outs = HeadTensor.of(out);
      memoryFrom = StatePart.of(initial == null ? null : initial.memory(), size, zeros);
      memoryTo = StatePart.of(last == null ? null : last.memory(), size, unwanted);
      momentumFrom = StatePart.of(initial == null ? null : initial.momentum(), size, zeros);
      momentumTo = StatePart.of(last == null ? null : last.momentum(), size, unwanted);
      keySumFrom = StatePart.of(initial == null ? null : initial.keySum(), keyDim, zeros);
      keySumTo = StatePart.of(last == null ? null : last.keySum(), keyDim, unwanted);
    }

    /** Heads {@code [first, end)}, counted through the batch. */
    void step(int first, int end) {
      HeadTensor queries = HeadTensor.of(inputs.queries());
      HeadTensor keys = HeadTensor.of(inputs.keys());
      for (int from = first; from < end; ) {
        int sequence = from / shape.heads();
        int head = from % shape.heads();
        int count = Math.min(end - from, shape.heads() - head);
        map(queries, sequence, head, count, q);
        map(keys, sequence, head, count, k);
        for (int i = 0; i < count; i++) {
          step(from + i, i * shape.keyStride(), sequence, head + i);
        }
        from += count;
      }
      worker.giveBack(zeros);
      worker.giveBack(unwanted);
      worker.giveBack(q);
      worker.giveBack(k);
    }

    /**
     * The feature map of a few heads of one token: to its rows, they are what tokens are, or one
     * long row where each fills whole vectors.
     */
    private void map(HeadTensor tensor, int sequence, int head, int count, float[] to) {
      int joined = shape.keyDim() == shape.keyStride() ? count : 1;
      rows.load(
          spec.featureMap(),
          count / joined,
          joined * shape.keyDim(),
          tensor.data(),
          tensor.at(sequence, 0, head),
          shape.keyDim(),
          new float[][] {to},
          0,
          1,
          RowLayout.dense(joined * shape.keyStride(), rows.lanes()));
    }

    private void step(int index, int row, int sequence, int head) {
      float factor = factor(index, row);
      switch (spec.rule()) {
        case UpdateRule.Additive() ->
            loops.single(
                shape.keyDim(),
                shape.valueDim(),
                q,
                k,
                row,
                values.data(),
                values.at(sequence, 0, head),
                1,
                factor,
                memoryFrom.data(),
                memoryFrom.at(index),
                memoryTo.data(),
                memoryTo.at(index),
                outs.data(),
                outs.at(sequence, 0, head));
        case UpdateRule.Momentum(double beta, double gamma) ->
            loops.twofold(
                shape.keyDim(),
                shape.valueDim(),
                q,
                k,
                row,
                values.data(),
                values.at(sequence, 0, head),
                beta,
                (float) gamma,
                factor,
                memoryFrom.data(),
                memoryFrom.at(index),
                memoryTo.data(),
                memoryTo.at(index),
                momentumFrom.data(),
                momentumFrom.at(index),
                momentumTo.data(),
                momentumTo.at(index),
                outs.data(),
                outs.at(sequence, 0, head));
      }
    }

    /** The reciprocal of the normaliser; the sum of keys moves on where there is one. */
    private float factor(int index, int row) {
      return switch (spec.normaliser()) {
        case Normaliser.None() -> 1;
        case Normaliser.SquareRootLength() -> (float) (1 / Math.sqrt(shape.keys()));
        case Normaliser.KeySum(double epsilon) -> {
          float dot =
              loops.keySum(
                  shape.keyDim(),
                  q,
                  k,
                  row,
                  keySumFrom.data(),
                  keySumFrom.at(index),
                  keySumTo.data(),
                  keySumTo.at(index));
          yield 1 / (dot + (float) epsilon);
        }
      };
    }
  }
}
