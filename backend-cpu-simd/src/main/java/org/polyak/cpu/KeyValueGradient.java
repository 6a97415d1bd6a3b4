package org.polyak.cpu;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/**
 * The reverse pass over the tokens of {@link AttentionBackward}: carries G, the gradient for the
 * memory, and D, the gradient for n, from the last token to the first, and leaves what reaches the
 * initial state. Keys are read along the rows of G and D, values along their columns.
 */
final class KeyValueGradient {
  private final AttentionSpec spec;
  private final GemmBlocks products;
  private final CausalScan scan;
  private final HeadGradientRows heads;
  private final GradientBlock block;
  private final HeadShape shape;
  private final Worker worker;
  private final float[][] scanFactors;
  private final float[][] memory;
  private final float @Nullable [][] momentum;
  private final float[][] memoryTransposed;
  private final float @Nullable [][] momentumTransposed;
  private final float[][] querySum;
  private final float[][] keyGradient;
  private final float[][] valueGradient;
  private final HeadBlocks valueBlocks;
  private final HeadBlocks keyBlocks;
  private final HeadGroups.Step addQueries = this::addQueries;
  private final HeadGroups.Step scanTokens = this::scanTokens;
  private final HeadGroups.Step readOut = this::readOut;
  private final CausalScan.States[] states;
  private final CausalScan.States[] transposedStates;

  KeyValueGradient(
      AttentionSpec spec,
      GemmBlocks products,
      CausalScan scan,
      HeadGradientRows heads,
      Scratch scratch) {
    this.spec = spec;
    this.products = products;
    this.scan = scan;
    this.heads = heads;
    this.block = heads.block();
    this.shape = heads.shape();
    this.worker = scratch.worker();
    int count = heads.heads();
    scanFactors = Scratch.repeated(count, scan.reverseFactors());
    memory = scratch.take(count, shape.stateSize());
    memoryTransposed = scratch.take(count, shape.transposedStateSize());
    momentum = scan.twofold() ? scratch.take(count, shape.stateSize()) : null;
    momentumTransposed = scan.twofold() ? scratch.take(count, shape.transposedStateSize()) : null;
    querySum = scratch.take(count, shape.keyStride());
    keyGradient = block.keyGradient();
    valueGradient = block.valueGradient();
    CausalScan.Block[] ofValues = new CausalScan.Block[count];
    CausalScan.Block[] ofKeys = new CausalScan.Block[count];
    states = new CausalScan.States[count];
    transposedStates = new CausalScan.States[count];
    for (int h = 0; h < count; h++) {
      ofValues[h] =
          new CausalScan.Block(
              block.tokens(),
              shape.keyRows(),
              block.scanned().keys(),
              block.scanned().values(),
              block.q()[h],
              block.numerator()[h],
              block.k()[h],
              valueGradient[h]);
      ofKeys[h] =
          new CausalScan.Block(
              block.tokens(),
              shape.valueRows(),
              block.scanned().values(),
              block.scanned().keys(),
              block.numerator()[h],
              block.q()[h],
              block.v()[h],
              keyGradient[h]);
      states[h] = states(h, memory, momentum);
      transposedStates[h] = states(h, memoryTransposed, momentumTransposed);
    }
    valueBlocks = new HeadBlocks(ofValues);
    keyBlocks = new HeadBlocks(ofKeys);
  }

  private void loadLast() {
    AttentionState last = heads.task().lastGradient();
    for (int h = 0; h < heads.heads(); h++) {
      int index = heads.index(h);
      HeadState.load(last == null ? null : last.memory(), index, shape, 1, memory[h]);
      if (momentum != null) {
        HeadState.load(last == null ? null : last.momentum(), index, shape, -1, momentum[h]);
      }
      HeadState.loadKeySum(last == null ? null : last.keySum(), index, shape, querySum[h]);
    }
  }

  /** Takes the heads through all tokens. */
  void run() {
    loadLast();
    int length = heads.length();
    int queries = shape.queries();
    int scanned = AttentionForward.scannedTokens(spec, scan, queries, length);
    HeadGroups.forwards(scanned, queries, block.tokens(), addQueries);
    transpose(heads.task().lastGradient() == null && scanned == queries);
    heads.clearKeysAndValues(length);
    HeadGroups.backwards(scanned, block.tokens(), scanTokens);
    if (!spec.causal()) {
      HeadGroups.forwards(0, length, block.tokens(), readOut);
    }
    storeInitial();
  }

  /** Rows that read the final state: their gradients enter it before the scan begins. */
  private void addQueries(int from, int count) {
    heads.loadQueries(from, count, false, block.dense());
    heads.loadOutGradients(from, count, false, block.dense());
    for (int h = 0; h < heads.heads(); h++) {
      if (heads.hasKeySum()) {
        heads.sumQueries(h, count, querySum[h]);
      }
      products.multiply(
          worker,
          shape.keyRows(),
          shape.valueStride(),
          count,
          new Operand(block.q()[h], 0, shape.keyStride(), 1).transposed(),
          new Operand(block.numerator()[h], 0, shape.valueStride(), 1),
          new Operand(memory[h], 0, shape.valueStride(), 1),
          true);
    }
  }

  /** Keys may be read from transposed states, which begin with zeros if nothing came in. */
  private void transpose(boolean empty) {
    for (int h = 0; h < heads.heads(); h++) {
      transpose(empty, memory[h], memoryTransposed[h]);
      if (momentum != null) {
        transpose(empty, momentum[h], Objects.requireNonNull(momentumTransposed)[h]);
      }
    }
  }

  private void transpose(boolean empty, float[] state, float[] to) {
    if (empty) {
      Arrays.fill(to, 0);
    } else {
      HeadState.transpose(state, shape, to);
    }
  }

  private void scanTokens(int from, int count) {
    heads.loadQueries(from, count, true, block.scanned());
    heads.loadKeysAndValues(from, count, true, scanFactors, block.scanned());
    heads.loadOutGradients(from, count, true, block.scanned());
    for (int h = 0; h < heads.heads(); h++) {
      scan.reverse(
          worker, valueBlocks.of(h, count), states[h], keyBlocks.of(h, count), transposedStates[h]);
      if (heads.hasKeySum()) {
        heads.addQuerySums(h, count, querySum[h]);
      } else {
        heads.chainKeys(h, count, block.scanned());
      }
    }
    heads.storeValueGradients(from, count, true, scanFactors, block.scanned());
    heads.storeKeyGradients(from, count, true, block.scanned());
  }

  /** In reverse a scan reads what the decay follows: D, fed by G; or G where there is no decay. */
  private static CausalScan.States states(
      int head, float[][] memory, float @Nullable [][] momentum) {
    return momentum == null
        ? new CausalScan.States(memory[head], null)
        : new CausalScan.States(momentum[head], memory[head]);
  }

  /** Keys that every query sees. */
  private void readOut(int from, int count) {
    heads.loadKeysAndValues(from, count, false, block.ones(), block.dense());
    for (int h = 0; h < heads.heads(); h++) {
      products.multiply(
          worker,
          count,
          shape.valueStride(),
          shape.keyRows(),
          new Operand(block.k()[h], 0, shape.keyStride(), 1),
          new Operand(memory[h], 0, shape.valueStride(), 1),
          new Operand(valueGradient[h], 0, shape.valueStride(), 1),
          false);
      products.multiply(
          worker,
          count,
          shape.keyStride(),
          shape.valueRows(),
          new Operand(block.v()[h], 0, shape.valueStride(), 1),
          new Operand(memoryTransposed[h], 0, shape.keyStride(), 1),
          new Operand(keyGradient[h], 0, shape.keyStride(), 1),
          false);
      if (heads.hasKeySum()) {
        for (int t = 0; t < count; t++) {
          for (int i = 0; i < shape.keyStride(); i++) {
            keyGradient[h][t * shape.keyStride() + i] += querySum[h][i];
          }
        }
      }
      heads.chainKeys(h, count, block.dense());
    }
    heads.storeValueGradients(from, count, false, block.ones(), block.dense());
    heads.storeKeyGradients(from, count, false, block.dense());
  }

  private void storeInitial() {
    AttentionState initial = heads.task().gradients().initial();
    if (initial == null) {
      return;
    }
    for (int h = 0; h < heads.heads(); h++) {
      int index = heads.index(h);
      HeadState.store(memory[h], 1, initial.memory(), index, shape);
      HeadState.storeKeySum(querySum[h], initial.keySum(), index, shape);
      if (momentum != null) {
        HeadState.store(momentum[h], -1, initial.momentum(), index, shape);
      } else {
        // Without decay the initial momentum reaches nothing that enters the loss.
        HeadState.clear(initial.momentum(), index, shape);
      }
    }
  }
}
