package org.polyak.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;

/**
 * The output of softmax attention for one head: tiles of scores go by while each row keeps its
 * largest score, its sum of exponentials and its weighted sum of values.
 */
final class SoftmaxForward {
  /** With so few queries keys are read where they lie, by scalar products. */
  private static final int FEW_QUERIES = 4;

  private final SoftmaxLoops loops;
  private final HeadRows rows;
  private final GemmBlocks products;

  SoftmaxForward(SoftmaxLoops loops, HeadRows rows, GemmBlocks products) {
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
      @Nullable Tensor logSumExp) {}

  /** Computes head number {@code index}, counted through the batch. */
  void run(Task task, int index, Worker worker) {
    HeadShape shape = HeadShape.of(task.inputs(), rows.lanes());
    int sequence = index / shape.heads();
    int head = index % shape.heads();
    SoftmaxTiles tiles =
        new SoftmaxTiles(task.causal(), shape.length(task.inputs().keyLengths(), sequence));
    HeadTensor queries = HeadTensor.of(task.inputs().queries());
    HeadTensor keys = HeadTensor.of(task.inputs().keys());
    HeadTensor values = HeadTensor.of(task.inputs().values());
    try (Scratch scratch = new Scratch(worker)) {
      Operand keysByColumn;
      if (shape.queries() <= FEW_QUERIES) {
        keysByColumn =
            new Operand(keys.data(), keys.at(sequence, 0, head), keys.rowStride(), 1).transposed();
      } else {
        float[] transposed = scratch.take(shape.keyDim() * tiles.length());
        SoftmaxTiles.transpose(keys, sequence, head, tiles.length(), transposed);
        keysByColumn = new Operand(transposed, 0, tiles.length(), 1);
      }
      Operand valueRows =
          new Operand(values.data(), values.at(sequence, 0, head), values.rowStride(), 1);
      RunningRows running = new RunningRows(scratch, shape.valueDim());
      for (int from = 0; from < shape.queries(); from += SoftmaxTiles.QUERIES) {
        int count = Math.min(SoftmaxTiles.QUERIES, shape.queries() - from);
        Operand queryRows =
            new Operand(queries.data(), queries.at(sequence, from, head), queries.rowStride(), 1);
        running.start();
        int reach = tiles.reach(from, count);
        for (int key = 0; key < reach; key += SoftmaxTiles.KEYS) {
          int seen = Math.min(SoftmaxTiles.KEYS, reach - key);
          tiles.visible(from, count, key, seen, running.visible);
          Operand scores = new Operand(running.scores, 0, SoftmaxTiles.KEYS, 1);
          products.multiply(
              worker,
              count,
              seen,
              shape.keyDim(),
              queryRows,
              keysByColumn.shifted(key * keysByColumn.columnStride()),
              scores,
              false);
          running.advance(count, seen, task.scale());
          products.multiply(
              worker,
              count,
              shape.valueDim(),
              seen,
              scores,
              valueRows.shifted(key * valueRows.rowStride()),
              new Operand(running.weighted, 0, shape.valueDim(), 1),
              true);
        }
        running.store(task, shape, index, from, count);
      }
    }
  }

  /** What the rows of one tile of queries carry from key tile to key tile. */
  private final class RunningRows {
    private final int width;
    private final RowLayout layout;
    private final int[] visible = new int[SoftmaxTiles.QUERIES];
    private final float[] scores;
    private final float[] weighted;
    private final float[] largest;
    private final float[] sum;
    private final float[] rescale;
    private final float[][] weightedRows;
    private final float[][] factors;

    RunningRows(Scratch scratch, int width) {
      this.width = width;
      layout = RowLayout.dense(width, rows.lanes());
      scores = scratch.take(SoftmaxTiles.QUERIES * SoftmaxTiles.KEYS);
      weighted = scratch.take(SoftmaxTiles.QUERIES * width);
      largest = scratch.take(SoftmaxTiles.QUERIES);
      sum = scratch.take(SoftmaxTiles.QUERIES);
      rescale = scratch.take(SoftmaxTiles.QUERIES);
      weightedRows = new float[][] {weighted};
      factors = new float[][] {rescale};
    }

    void start() {
      Arrays.fill(weighted, 0, SoftmaxTiles.QUERIES * width, 0);
      Arrays.fill(largest, 0, SoftmaxTiles.QUERIES, Float.NEGATIVE_INFINITY);
      Arrays.fill(sum, 0, SoftmaxTiles.QUERIES, 0);
    }

    void advance(int count, int keys, float scale) {
      loops.advance(count, keys, SoftmaxTiles.KEYS, scores, scale, visible, largest, sum, rescale);
      for (int row = 0; row < count; row++) {
        float factor = rescale[row];
        for (int i = row * width; i < (row + 1) * width; i++) {
          weighted[i] *= factor;
        }
      }
    }

    /** Stores outputs and logarithms; a row that saw no key is 0 and −∞. */
    void store(Task task, HeadShape shape, int index, int from, int count) {
      if (task.logSumExp() != null) {
        FloatSpan logs = FloatSpan.of(task.logSumExp());
        int sequence = index / shape.heads();
        int head = index % shape.heads();
        for (int row = 0; row < count; row++) {
          int position = (sequence * shape.queries() + from + row) * shape.heads() + head;
          logs.data()[logs.offset() + position] = (float) (largest[row] + Math.log(sum[row]));
        }
      }
      for (int row = 0; row < count; row++) {
        rescale[row] = sum[row] == 0 ? 0 : 1 / sum[row];
      }
      HeadTensor out = HeadTensor.of(task.out());
      rows.store(
          count,
          width,
          weightedRows,
          0,
          1,
          layout,
          factors,
          out.data(),
          out.at(index / shape.heads(), from, index % shape.heads()),
          out.rowStride());
    }
  }
}
