package org.polyak.cpu;

import java.util.Arrays;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;

/**
 * The gradients of softmax attention for one head. Probabilities are computed again, tile by tile,
 * from the saved logarithms: {@code dv = Pᵀ dO}, {@code dP = dO Vᵀ}, {@code dS = P ∘ (dP −
 * dO·out)}, {@code dq = scale dS K}, {@code dk = scale dSᵀ Q}.
 */
final class SoftmaxBackward {
  private final SoftmaxLoops loops;
  private final HeadRows rows;
  private final GemmBlocks products;

  SoftmaxBackward(SoftmaxLoops loops, HeadRows rows, GemmBlocks products) {
    this.loops = loops;
    this.rows = rows;
    this.products = products;
  }

  /** The arguments; see {@link org.polyak.spi.fused.SoftmaxAttentionKernel}. */
  record Task(
      AttentionInputs inputs,
      boolean causal,
      float scale,
      Tensor out,
      Tensor logSumExp,
      Tensor outGradient,
      AttentionGradients gradients) {}

  /** Computes head number {@code index}, counted through the batch. */
  void run(Task task, int index, Worker worker) {
    try (Scratch scratch = new Scratch(worker)) {
      new Head(task, index, scratch).run();
    }
  }

  /** One head, its place in the tensors and the tiles at work. */
  private final class Head {
    private final Task task;
    private final Worker worker;
    private final HeadShape shape;
    private final int sequence;
    private final int head;
    private final SoftmaxTiles tiles;
    private final HeadTensor out;
    private final HeadTensor outGradient;
    private final Operand queries;
    private final Operand keys;
    private final Operand outGradients;
    private final Operand queryGradients;
    private final Operand keyGradients;
    private final Operand valueGradients;
    private final Operand keysByColumn;
    private final Operand valuesByColumn;
    private final int[] visible = new int[SoftmaxTiles.QUERIES];
    private final float[] probabilities;
    private final float[] gradients;
    private final float[] mean;
    private final float[][] means;
    private final float[] logSumExp;

    Head(Task task, int index, Scratch scratch) {
      this.task = task;
      worker = scratch.worker();
      AttentionInputs inputs = task.inputs();
      shape = HeadShape.of(inputs, rows.lanes());
      sequence = index / shape.heads();
      head = index % shape.heads();
      tiles = new SoftmaxTiles(task.causal(), shape.length(inputs.keyLengths(), sequence));
      out = HeadTensor.of(task.out());
      outGradient = HeadTensor.of(task.outGradient());
      queries = rowsOf(inputs.queries());
      keys = rowsOf(inputs.keys());
      outGradients = rowsOf(task.outGradient());
      queryGradients = rowsOf(task.gradients().queries());
      keyGradients = rowsOf(task.gradients().keys());
      valueGradients = rowsOf(task.gradients().values());
      keysByColumn = transposed(inputs.keys(), scratch);
      valuesByColumn = transposed(inputs.values(), scratch);
      probabilities = scratch.take(SoftmaxTiles.QUERIES * SoftmaxTiles.KEYS);
      gradients = scratch.take(SoftmaxTiles.QUERIES * SoftmaxTiles.KEYS);
      mean = scratch.take(SoftmaxTiles.QUERIES);
      means = new float[][] {mean};
      logSumExp = scratch.take(SoftmaxTiles.QUERIES);
    }

    private Operand rowsOf(Tensor tensor) {
      HeadTensor place = HeadTensor.of(tensor);
      return new Operand(place.data(), place.at(sequence, 0, head), place.rowStride(), 1);
    }

    private Operand transposed(Tensor tensor, Scratch scratch) {
      HeadTensor place = HeadTensor.of(tensor);
      float[] to = scratch.take(place.width() * tiles.length());
      SoftmaxTiles.transpose(place, sequence, head, tiles.length(), to);
      return new Operand(to, 0, tiles.length(), 1);
    }

    void run() {
      clear(queryGradients, shape.queries(), shape.keyDim());
      clear(keyGradients, shape.keys(), shape.keyDim());
      clear(valueGradients, shape.keys(), shape.valueDim());
      for (int from = 0; from < shape.queries(); from += SoftmaxTiles.QUERIES) {
        int count = Math.min(SoftmaxTiles.QUERIES, shape.queries() - from);
        loadRows(from, count);
        int reach = tiles.reach(from, count);
        for (int key = 0; key < reach; key += SoftmaxTiles.KEYS) {
          tile(from, count, key, Math.min(SoftmaxTiles.KEYS, reach - key));
        }
      }
    }

    /** The rows' {@code dO·out} and their logarithms. */
    private void loadRows(int from, int count) {
      rows.dots(
          count,
          shape.valueDim(),
          outGradient.data(),
          outGradient.at(sequence, from, head),
          outGradient.rowStride(),
          out.data(),
          out.at(sequence, from, head),
          out.rowStride(),
          means,
          0);
      FloatSpan logs = FloatSpan.of(task.logSumExp());
      for (int row = 0; row < count; row++) {
        int position = (sequence * shape.queries() + from + row) * shape.heads() + head;
        logSumExp[row] = logs.data()[logs.offset() + position];
      }
    }

    private void tile(int query, int count, int key, int seen) {
      tiles.visible(query, count, key, seen, visible);
      Operand q = queries.shifted(query * queries.rowStride());
      Operand dOut = outGradients.shifted(query * outGradients.rowStride());
      Operand p = new Operand(probabilities, 0, SoftmaxTiles.KEYS, 1);
      Operand dp = new Operand(gradients, 0, SoftmaxTiles.KEYS, 1);
      products.multiply(
          worker, count, seen, shape.keyDim(), q, keysByColumn.shifted(key), p, false);
      loops.probabilities(
          count, seen, SoftmaxTiles.KEYS, probabilities, task.scale(), visible, logSumExp);
      products.multiply(
          worker, count, seen, shape.valueDim(), dOut, valuesByColumn.shifted(key), dp, false);
      loops.scoreGradients(
          count, seen, SoftmaxTiles.KEYS, probabilities, gradients, mean, task.scale());
      products.multiply(
          worker,
          seen,
          shape.valueDim(),
          count,
          p.transposed(),
          dOut,
          valueGradients.shifted(key * valueGradients.rowStride()),
          true);
      products.multiply(
          worker,
          count,
          shape.keyDim(),
          seen,
          dp,
          keys.shifted(key * keys.rowStride()),
          queryGradients.shifted(query * queryGradients.rowStride()),
          true);
      products.multiply(
          worker,
          seen,
          shape.keyDim(),
          count,
          dp.transposed(),
          q,
          keyGradients.shifted(key * keyGradients.rowStride()),
          true);
    }

    private static void clear(Operand place, int count, int width) {
      for (int row = 0; row < count; row++) {
        int at = place.at(row, 0);
        Arrays.fill(place.data(), at, at + width, 0);
      }
    }
  }
}
