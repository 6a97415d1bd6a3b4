package org.polyak.cpu;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.UpdateRule;

/**
 * The output of linear attention for the heads of one task. Causal rows are scanned token by token
 * or chunk by chunk; rows that see one and the same state (all rows without the causal mask, rows
 * beyond the length when time stops there) are read out of it by a matrix product.
 */
final class AttentionForward {
  /** Four matrices of each head lie in the second-level cache beside the states. */
  private static final int MATRIX_FLOATS = 4096;

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

  /** Computes one group of heads. */
  void run(Task task, HeadGroups groups, int group, Worker worker) {
    Heads heads = worker.kept(this, Heads.class);
    if (heads == null || !heads.fits(task, groups)) {
      heads = new Heads(task, groups, Scratch.kept(worker));
      worker.keep(this, heads);
    }
    heads.begin(task);
    heads.run(group);
  }

  /** Where the tensors of a pass keep the rows of its heads. */
  private record Places(
      HeadTensor queries, HeadTensor keys, HeadTensor values, HeadTensor out, FloatSpan saved) {
    static Places of(Task task) {
      return new Places(
          HeadTensor.of(task.inputs().queries()),
          HeadTensor.of(task.inputs().keys()),
          HeadTensor.of(task.inputs().values()),
          HeadTensor.of(task.out()),
          task.saved() == null ? FloatSpan.NONE : FloatSpan.of(task.saved()));
    }
  }

  /**
   * The heads of one task: their place in the tensors, their states and rows at work. A thread
   * keeps it from task to task, and from pass to pass of one shape.
   */
  private final class Heads {
    private final HeadShape shape;
    private final HeadGroups groups;
    private final Scratch scratch;
    private final HeadGroups.Step scanTokens = this::scanTokens;
    private final HeadGroups.Step addKeys = this::addKeys;
    private final HeadGroups.Step readOut = this::readOut;
    private Task task;
    private Places places;
    private final float[][] memory;
    private final float @Nullable [][] momentum;
    private final float[][] keySum;
    private final float[][] q;
    private final float[][] k;
    private final float[][] v;
    private final float[][] o;
    private final float[][] factors;
    private final float[][] scanFactors;
    private final float[][] ones;
    private final HeadLayout dense;
    private final HeadLayout scanned;
    private final HeadBlocks blocks;
    private final CausalScan.States[] states;
    private int group;
    private int length;

    Heads(Task task, HeadGroups groups, Scratch scratch) {
      this.task = task;
      this.shape = task.shape();
      this.groups = groups;
      this.scratch = scratch;
      places = Places.of(task);
      int heads = groups.perTask();
      int block = scan.blockTokens(shape, MATRIX_FLOATS);
      memory = scratch.take(heads, shape.stateSize());
      momentum = scan.twofold() ? scratch.take(heads, shape.stateSize()) : null;
      keySum = scratch.take(heads, shape.keyStride());
      q = scratch.matrices(heads, block * shape.keyStride());
      k = scratch.matrices(heads, block * shape.keyStride());
      v = scratch.matrices(heads, block * shape.valueStride());
      o = scratch.matrices(heads, block * shape.valueStride());
      factors = scratch.take(heads, block);
      scanFactors = Scratch.repeated(heads, scan.forwardFactors());
      ones = Scratch.repeated(heads, scratch.filled(block, 1));
      dense = HeadLayout.dense(shape, rows.lanes());
      scanned = HeadLayout.of(scan, shape, block);
      CausalScan.Block[] whole = new CausalScan.Block[heads];
      states = new CausalScan.States[heads];
      for (int h = 0; h < heads; h++) {
        whole[h] =
            new CausalScan.Block(
                block, shape.keyRows(), scanned.keys(), scanned.values(), k[h], v[h], q[h], o[h]);
        states[h] = new CausalScan.States(memory[h], momentum == null ? null : momentum[h]);
      }
      blocks = new HeadBlocks(whole);
    }

    boolean fits(Task other, HeadGroups otherGroups) {
      return shape.equals(other.shape()) && groups.equals(otherGroups);
    }

    /** Goes on to the tensors of a pass, if it is not at them. */
    @SuppressWarnings("ReferenceEquality") // one task object is one pass
    void begin(Task next) {
      if (task != next) {
        task = next;
        places = Places.of(next);
      }
    }

    private void loadInitial() {
      AttentionState initial = task.initial();
      for (int h = 0; h < groups.perTask(); h++) {
        int index = groups.index(group) + h;
        HeadState.load(initial == null ? null : initial.memory(), index, shape, 1, memory[h]);
        if (momentum != null) {
          HeadState.load(
              initial == null ? null : initial.momentum(), index, shape, -1, momentum[h]);
        }
        HeadState.loadKeySum(initial == null ? null : initial.keySum(), index, shape, keySum[h]);
      }
    }

    void run(int group) {
      this.group = group;
      length = shape.length(task.inputs().keyLengths(), groups.sequence(group));
      loadInitial();
      int block = scan.blockTokens(shape, MATRIX_FLOATS);
      int scanned = scannedTokens(spec, scan, shape.queries(), length);
      HeadGroups.forwards(0, scanned, block, scanTokens);
      if (!spec.causal()) {
        HeadGroups.forwards(0, length, block, addKeys);
      }
      HeadGroups.forwards(scanned, shape.queries(), block, readOut);
      AttentionState last = task.last();
      if (last != null) {
        storeLast(last);
      }
    }

    private void scanTokens(int from, int count) {
      loadKeys(from, count, scanFactors, scanned);
      loadQueries(from, count, scanned);
      for (int h = 0; h < groups.perTask(); h++) {
        if (spec.normaliser() instanceof Normaliser.KeySum(double epsilon)) {
          rows.runningDenominators(
              count, scanned.keys(), k[h], keySum[h], q[h], (float) epsilon, factors[h]);
        }
        scan.forward(scratch.worker(), blocks.of(h, count), states[h]);
      }
      storeOut(from, count, scanned);
    }

    private void addKeys(int from, int count) {
      loadKeys(from, count, ones, dense);
      for (int h = 0; h < groups.perTask(); h++) {
        rows.weightedSum(count, dense.keys(), k[h], ones[h], keySum[h]);
        products.multiply(
            scratch.worker(),
            shape.keyRows(),
            shape.valueStride(),
            count,
            new Operand(k[h], 0, shape.keyStride(), 1).transposed(),
            new Operand(v[h], 0, shape.valueStride(), 1),
            new Operand(memory[h], 0, shape.valueStride(), 1),
            true);
      }
    }

    private void readOut(int from, int count) {
      loadQueries(from, count, dense);
      for (int h = 0; h < groups.perTask(); h++) {
        if (spec.normaliser() instanceof Normaliser.KeySum(double epsilon)) {
          rows.denominators(count, dense.keys(), q[h], keySum[h], (float) epsilon, factors[h]);
        }
        products.multiply(
            scratch.worker(),
            count,
            shape.valueStride(),
            shape.keyRows(),
            new Operand(q[h], 0, shape.keyStride(), 1),
            new Operand(memory[h], 0, shape.valueStride(), 1),
            new Operand(o[h], 0, shape.valueStride(), 1),
            false);
      }
      storeOut(from, count, dense);
    }

    private void loadQueries(int from, int count, HeadLayout layout) {
      rows.load(
          spec.featureMap(),
          count,
          shape.keyDim(),
          places.queries().data(),
          places.queries().at(groups.sequence(group), from, groups.first(group)),
          places.queries().rowStride(),
          q,
          0,
          1,
          layout.keys());
    }

    /** Keys, and values times factors; padding is zero, whatever the tensors hold there. */
    private void loadKeys(int from, int count, float[][] valueFactors, HeadLayout layout) {
      int real = Math.clamp(length - from, 0, count);
      if (real > 0) {
        rows.load(
            spec.featureMap(),
            real,
            shape.keyDim(),
            places.keys().data(),
            places.keys().at(groups.sequence(group), from, groups.first(group)),
            places.keys().rowStride(),
            k,
            0,
            1,
            layout.keys());
        rows.loadScaled(
            real,
            shape.valueDim(),
            places.values().data(),
            places.values().at(groups.sequence(group), from, groups.first(group)),
            places.values().rowStride(),
            valueFactors,
            v,
            0,
            1,
            layout.values());
      }
      for (int h = 0; h < groups.perTask(); h++) {
        layout.keys().clear(k[h], real, count - real);
        layout.values().clear(v[h], real, count - real);
      }
    }

    private void storeOut(int from, int count, HeadLayout layout) {
      for (int h = 0; h < groups.perTask(); h++) {
        switch (spec.normaliser()) {
          case Normaliser.None() -> Arrays.fill(factors[h], 0, count, 1);
          case Normaliser.SquareRootLength() ->
              Arrays.fill(factors[h], 0, count, (float) (1 / Math.sqrt(shape.keys())));
          case Normaliser.KeySum(double epsilon) -> invertDenominators(h, from, count);
        }
      }
      rows.store(
          count,
          shape.valueDim(),
          o,
          0,
          1,
          layout.values(),
          factors,
          places.out().data(),
          places.out().at(groups.sequence(group), from, groups.first(group)),
          places.out().rowStride());
    }

    private void invertDenominators(int h, int from, int count) {
      if (task.saved() != null) {
        FloatSpan saved = places.saved();
        int at = saved.offset() + (groups.index(group) + h) * shape.queries() + from;
        System.arraycopy(factors[h], 0, saved.data(), at, count);
      }
      for (int t = 0; t < count; t++) {
        factors[h][t] = 1 / factors[h][t];
      }
    }

    private void storeLast(AttentionState last) {
      for (int h = 0; h < groups.perTask(); h++) {
        int index = groups.index(group) + h;
        HeadState.store(memory[h], 1, last.memory(), index, shape);
        HeadState.storeKeySum(keySum[h], last.keySum(), index, shape);
        if (momentum != null) {
          HeadState.store(momentum[h], -1, last.momentum(), index, shape);
        }
      }
      if (momentum == null && spec.rule() instanceof UpdateRule.Momentum) {
        storeMomentumWithoutDecay(last);
      }
    }

    /** With β = 0 the momentum is the last token's product, and nothing once padding passed. */
    private void storeMomentumWithoutDecay(AttentionState last) {
      boolean kept = spec.padding() == Padding.FREEZE || length == shape.queries();
      AttentionState initial = task.initial();
      float[] product = scratch.worker().borrow(shape.stateSize());
      if (kept && length > 0) {
        loadKeys(length - 1, 1, ones, dense);
      }
      for (int h = 0; h < groups.perTask(); h++) {
        int index = groups.index(group) + h;
        if (kept && length == 0) {
          HeadState.load(initial == null ? null : initial.momentum(), index, shape, -1, product);
        } else {
          Arrays.fill(product, 0, shape.stateSize(), 0);
          for (int i = 0; kept && i < shape.keyDim(); i++) {
            for (int j = 0; j < shape.valueDim(); j++) {
              product[i * shape.valueStride() + j] = k[h][i] * v[h][j];
            }
          }
        }
        HeadState.store(product, -1, last.momentum(), index, shape);
      }
      scratch.worker().giveBack(product);
    }
  }
}
