package org.polyak.cpu;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.UpdateRule;

/**
 * The output of linear attention for the heads of one task. Causal rows are scanned token by token
 * or chunk by chunk; rows that see one and the same state (all rows without the causal mask, rows
 * beyond the length when time stops there) are read out of it by a matrix product.
 */
final class AttentionForward {
  private final AttentionSpec spec;
  private final HeadRows rows;
  private final GemmBlocks products;
  private final CausalScan scan;

  AttentionForward(AttentionSpec spec, HeadRows rows, GemmBlocks products, CausalScan scan) {
    this.spec = spec;
    this.rows = rows;
    this.products = products;
    this.scan = scan;
  }

  /** The arguments of one forward pass; see {@link org.polyak.spi.fused.AttentionKernel}. */
  record Task(
      HeadShape shape,
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      @Nullable AttentionState last,
      @Nullable Tensor saved) {}

  /**
   * How many tokens of a sequence take part in the scan. Padding beyond them changes no state that
   * is still read.
   */
  static int scannedTokens(AttentionSpec spec, CausalScan scan, int tokens, int length) {
    if (!spec.causal()) {
      return 0;
    }
    return spec.padding() == Padding.DECAY && scan.twofold() ? tokens : length;
  }

  /** Computes the heads of one task. */
  void run(Task task, HeadGroups groups, int group, Worker worker) {
    try (Scratch scratch = new Scratch(worker)) {
      HeadShape shape = task.shape();
      int block = scan.blockTokens();
      Rows work = new Rows(shape, block, scratch);
      List<Head> heads = groups.of(group, index -> new Head(task, index, work, scratch));
      int length = heads.getFirst().length;
      int scanned = scannedTokens(spec, scan, shape.queries(), length);
      HeadGroups.forwards(heads, 0, scanned, block, Head::scanTokens);
      if (!spec.causal()) {
        HeadGroups.forwards(heads, 0, length, block, Head::addKeys);
      }
      HeadGroups.forwards(heads, scanned, shape.queries(), block, Head::readOut);
      AttentionState last = task.last();
      if (last != null) {
        heads.forEach(head -> head.storeLast(last));
      }
    }
  }

  /** The padded rows of one block of tokens, used by one head after the other. */
  private static final class Rows {
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final float[] out;
    private final float[] factors;

    Rows(HeadShape shape, int block, Scratch scratch) {
      q = scratch.take(block * shape.keyStride());
      k = scratch.take(block * shape.keyStride());
      v = scratch.take(block * shape.valueStride());
      out = scratch.take(block * shape.valueStride());
      factors = scratch.take(block);
    }
  }

  /** One head: its place in the tensors and its states. */
  private final class Head {
    private final Task task;
    private final HeadShape shape;
    private final int index;
    private final int sequence;
    private final int head;
    private final int length;
    private final Scratch scratch;
    private final HeadTensor queries;
    private final HeadTensor keys;
    private final HeadTensor values;
    private final HeadTensor out;
    private final float[] memory;
    private final float @Nullable [] momentum;
    private final float[] keySum;
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final float[] o;
    private final float[] factors;

    Head(Task task, int index, Rows work, Scratch scratch) {
      this.task = task;
      this.shape = task.shape();
      this.index = index;
      this.scratch = scratch;
      sequence = index / shape.heads();
      head = index % shape.heads();
      length = shape.length(task.inputs().keyLengths(), sequence);
      queries = HeadTensor.of(task.inputs().queries());
      keys = HeadTensor.of(task.inputs().keys());
      values = HeadTensor.of(task.inputs().values());
      out = HeadTensor.of(task.out());
      memory = scratch.take(shape.stateSize());
      momentum = scan.twofold() ? scratch.take(shape.stateSize()) : null;
      keySum = scratch.take(shape.keyStride());
      q = work.q;
      k = work.k;
      v = work.v;
      o = work.out;
      factors = work.factors;
      AttentionState initial = task.initial();
      HeadState.load(initial == null ? null : initial.memory(), index, shape, 1, memory);
      if (momentum != null) {
        HeadState.load(initial == null ? null : initial.momentum(), index, shape, -1, momentum);
      }
      HeadState.loadKeySum(initial == null ? null : initial.keySum(), index, shape, keySum);
    }

    void scanTokens(int from, int count) {
      loadKeys(from, count);
      loadQueries(from, count);
      if (spec.normaliser() instanceof Normaliser.KeySum(double epsilon)) {
        rows.runningDenominators(count, shape.keyStride(), k, keySum, q, (float) epsilon, factors);
      }
      Arrays.fill(o, 0, count * shape.valueStride(), 0);
      scan.forward(
          scratch.worker(),
          new CausalScan.Block(
              count, shape.keyRows(), shape.keyStride(), shape.valueStride(), k, v, q, o),
          new CausalScan.States(memory, momentum));
      storeOut(from, count);
    }

    void addKeys(int from, int count) {
      loadKeys(from, count);
      for (int t = 0; t < count; t++) {
        for (int i = 0; i < shape.keyStride(); i++) {
          keySum[i] += k[t * shape.keyStride() + i];
        }
      }
      products.multiply(
          scratch.worker(),
          shape.keyRows(),
          shape.valueStride(),
          count,
          new Operand(k, 0, shape.keyStride(), 1).transposed(),
          new Operand(v, 0, shape.valueStride(), 1),
          new Operand(memory, 0, shape.valueStride(), 1),
          true);
    }

    void readOut(int from, int count) {
      loadQueries(from, count);
      if (spec.normaliser() instanceof Normaliser.KeySum(double epsilon)) {
        rows.denominators(count, shape.keyStride(), q, keySum, (float) epsilon, factors);
      }
      products.multiply(
          scratch.worker(),
          count,
          shape.valueStride(),
          shape.keyRows(),
          new Operand(q, 0, shape.keyStride(), 1),
          new Operand(memory, 0, shape.valueStride(), 1),
          new Operand(o, 0, shape.valueStride(), 1),
          false);
      storeOut(from, count);
    }

    private void loadQueries(int from, int count) {
      rows.load(
          spec.featureMap(),
          count,
          shape.keyDim(),
          queries.data(),
          queries.at(sequence, from, head),
          queries.rowStride(),
          q,
          0,
          shape.keyStride());
    }

    /** Keys and values; padding is zero, whatever the tensors hold there. */
    private void loadKeys(int from, int count) {
      int real = Math.clamp(length - from, 0, count);
      if (real > 0) {
        rows.load(
            spec.featureMap(),
            real,
            shape.keyDim(),
            keys.data(),
            keys.at(sequence, from, head),
            keys.rowStride(),
            k,
            0,
            shape.keyStride());
        rows.load(
            FeatureMap.IDENTITY,
            real,
            shape.valueDim(),
            values.data(),
            values.at(sequence, from, head),
            values.rowStride(),
            v,
            0,
            shape.valueStride());
      }
      Arrays.fill(k, real * shape.keyStride(), count * shape.keyStride(), 0);
      Arrays.fill(v, real * shape.valueStride(), count * shape.valueStride(), 0);
    }

    private void storeOut(int from, int count) {
      switch (spec.normaliser()) {
        case Normaliser.None() -> Arrays.fill(factors, 0, count, 1);
        case Normaliser.SquareRootLength() ->
            Arrays.fill(factors, 0, count, (float) (1 / Math.sqrt(shape.keys())));
        case Normaliser.KeySum(double epsilon) -> invertDenominators(from, count);
      }
      rows.store(
          count,
          shape.valueDim(),
          o,
          0,
          shape.valueStride(),
          factors,
          out.data(),
          out.at(sequence, from, head),
          out.rowStride());
    }

    private void invertDenominators(int from, int count) {
      if (task.saved() != null) {
        FloatSpan saved = FloatSpan.of(task.saved());
        System.arraycopy(
            factors, 0, saved.data(), saved.offset() + index * shape.queries() + from, count);
      }
      for (int t = 0; t < count; t++) {
        factors[t] = 1 / factors[t];
      }
    }

    void storeLast(AttentionState last) {
      HeadState.store(memory, 1, last.memory(), index, shape);
      HeadState.storeKeySum(keySum, last.keySum(), index, shape);
      if (momentum != null) {
        HeadState.store(momentum, -1, last.momentum(), index, shape);
      } else if (spec.rule() instanceof UpdateRule.Momentum) {
        storeMomentumWithoutDecay(last);
      }
    }

    /** With β = 0 the momentum is the last token's product, and nothing once padding passed. */
    private void storeMomentumWithoutDecay(AttentionState last) {
      boolean kept = spec.padding() == Padding.FREEZE || length == shape.queries();
      AttentionState initial = task.initial();
      float[] product = scratch.take(shape.stateSize());
      if (kept && length == 0) {
        HeadState.load(initial == null ? null : initial.momentum(), index, shape, -1, product);
      } else {
        Arrays.fill(product, 0, shape.stateSize(), 0);
        if (kept) {
          loadKeys(length - 1, 1);
          for (int i = 0; i < shape.keyDim(); i++) {
            for (int j = 0; j < shape.valueDim(); j++) {
              product[i * shape.valueStride() + j] = k[i] * v[j];
            }
          }
        }
      }
      HeadState.store(product, -1, last.momentum(), index, shape);
    }
  }
}
