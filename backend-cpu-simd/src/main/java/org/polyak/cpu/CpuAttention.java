package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Schedule;

/**
 * {@link AttentionKernel}: a task computes a few heads of one sequence. A single token with a
 * carried state takes a path of its own. The schedule that is chosen automatically is the
 * recurrence: with the state in registers it does less work than chunks and keeps the vector units
 * as busy.
 */
final class CpuAttention implements AttentionKernel {
  private final WorkerPool pool;
  private final AttentionSpec spec;
  private final HeadRows rows;
  private final AttentionForward forward;
  private final AttentionBackward backward;
  private final AttentionStep step;

  /** The kernel of one specification. */
  CpuAttention(WorkerPool pool, AttentionLoops loops, AttentionSpec spec) {
    this.pool = pool;
    this.spec = spec;
    this.rows = loops.rows();
    CausalScan memory = scan(Recurrence.ofMemory(spec.rule()), loops, spec.schedule());
    CausalScan complete = scan(Recurrence.of(spec.rule()), loops, spec.schedule());
    this.forward = new AttentionForward(spec, loops.rows(), loops.products(), memory);
    this.backward = new AttentionBackward(spec, loops.rows(), loops.products(), memory, complete);
    this.step = new AttentionStep(spec, loops);
  }

  private static CausalScan scan(Recurrence recurrence, AttentionLoops loops, Schedule schedule) {
    return switch (schedule) {
      case Schedule.Automatic(), Schedule.Recurrent() -> new TokenScan(recurrence, loops);
      case Schedule.Chunked(int length) -> new ChunkScan(recurrence, loops, length);
    };
  }

  @Override
  public Shape savedShape(AttentionInputs inputs) {
    return spec.normaliser() instanceof Normaliser.KeySum
        ? Shape.of(inputs.batch(), inputs.heads(), inputs.queryCount())
        : Shape.of(0);
  }

  @Override
  public void forward(
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {
    if (spec.causal() && inputs.queryCount() == 1 && inputs.keyLengths() == null && saved == null) {
      step.run(pool, inputs, initial, out, last);
      return;
    }
    HeadShape shape = HeadShape.of(inputs, rows.lanes());
    AttentionForward.Task task =
        new AttentionForward.Task(shape, inputs, initial, out, last, saved);
    HeadGroups groups = groups(inputs, 2 * shape.stateSize());
    pool.parallelFor(groups.count(), (group, worker) -> forward.run(task, groups, group, worker));
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
    HeadShape shape = HeadShape.of(inputs, rows.lanes());
    AttentionBackward.Task task =
        new AttentionBackward.Task(
            shape, inputs, initial, out, saved, outGradient, lastGradient, gradients);
    HeadGroups groups = groups(inputs, 4 * shape.stateSize());
    pool.parallelFor(groups.count(), (group, worker) -> backward.run(task, groups, group, worker));
  }

  private HeadGroups groups(AttentionInputs inputs, int stateSize) {
    return HeadGroups.of(inputs.batch(), inputs.heads(), stateSize, pool.threads());
  }
}
