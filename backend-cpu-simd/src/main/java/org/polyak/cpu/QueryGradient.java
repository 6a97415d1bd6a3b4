package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/**
 * The forward pass over the tokens of {@link AttentionBackward}: {@code dφ(q_i) = s_i dN_i + dd_i
 * z_i}, with the states of the attention itself, transposed.
 */
final class QueryGradient {
  private final AttentionSpec spec;
  private final GemmBlocks products;
  private final CausalScan scan;
  private final HeadGradientRows heads;
  private final GradientBlock block;
  private final HeadShape shape;
  private final Worker worker;
  private final float[][] valueFactors;

  /** Sᵀ and nᵀ of each head, padded to {@code valueRows × keyStride}. */
  private final float[][] memory;

  private final float @Nullable [][] momentum;
  private final float[][] keySum;
  private final float[][] gradient;
  private final HeadBlocks blocks;
  private final CausalScan.States[] states;
  private final HeadGroups.Step scanTokens = this::scanTokens;
  private final HeadGroups.Step addKeys = this::addKeys;
  private final HeadGroups.Step readOut = this::readOut;

  QueryGradient(
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
    valueFactors = Scratch.repeated(heads.heads(), scan.forwardFactors());
    memory = scratch.take(heads.heads(), shape.transposedStateSize());
    momentum = scan.twofold() ? scratch.take(heads.heads(), shape.transposedStateSize()) : null;
    keySum = scratch.take(heads.heads(), shape.keyStride());
    gradient = block.keyGradient();
    CausalScan.Block[] whole = new CausalScan.Block[heads.heads()];
    states = new CausalScan.States[heads.heads()];
    for (int h = 0; h < heads.heads(); h++) {
      whole[h] =
          new CausalScan.Block(
              block.tokens(),
              shape.valueRows(),
              block.scanned().values(),
              block.scanned().keys(),
              block.v()[h],
              block.k()[h],
              block.numerator()[h],
              gradient[h]);
      states[h] = new CausalScan.States(memory[h], momentum == null ? null : momentum[h]);
    }
    blocks = new HeadBlocks(whole);
  }

  private void loadInitial() {
    AttentionState initial = heads.task().initial();
    for (int h = 0; h < heads.heads(); h++) {
      int index = heads.index(h);
      HeadState.loadTransposed(
          initial == null ? null : initial.memory(), index, shape, 1, memory[h]);
      if (momentum != null) {
        HeadState.loadTransposed(
            initial == null ? null : initial.momentum(), index, shape, -1, momentum[h]);
      }
      HeadState.loadKeySum(initial == null ? null : initial.keySum(), index, shape, keySum[h]);
    }
  }

  /** Takes the heads through all tokens. */
  void run() {
    loadInitial();
    int length = heads.length();
    int queries = shape.queries();
    int scanned = AttentionForward.scannedTokens(spec, scan, queries, length);
    HeadGroups.forwards(0, scanned, block.tokens(), scanTokens);
    if (!spec.causal()) {
      HeadGroups.forwards(0, length, block.tokens(), addKeys);
    }
    HeadGroups.forwards(scanned, queries, block.tokens(), readOut);
  }

  private void scanTokens(int from, int count) {
    heads.loadKeysAndValues(from, count, false, valueFactors, block.scanned());
    heads.loadQueries(from, count, false, block.scanned());
    heads.loadOutGradients(from, count, false, block.scanned());
    for (int h = 0; h < heads.heads(); h++) {
      scan.forward(worker, blocks.of(h, count), states[h]);
      if (heads.hasKeySum()) {
        heads.computeDenominators(h, from, count, block.scanned());
        heads.addKeySums(h, count, keySum[h]);
      } else {
        heads.chainQueries(h, count, block.scanned());
      }
    }
    heads.storeQueryGradients(from, count, block.scanned());
  }

  private void addKeys(int from, int count) {
    heads.loadKeysAndValues(from, count, false, block.ones(), block.dense());
    for (int h = 0; h < heads.heads(); h++) {
      heads.sumKeys(h, count, keySum[h]);
      products.multiply(
          worker,
          shape.valueRows(),
          shape.keyStride(),
          count,
          new Operand(block.v()[h], 0, shape.valueStride(), 1).transposed(),
          new Operand(block.k()[h], 0, shape.keyStride(), 1),
          new Operand(memory[h], 0, shape.keyStride(), 1),
          true);
    }
  }

  private void readOut(int from, int count) {
    heads.loadQueries(from, count, false, block.dense());
    heads.loadOutGradients(from, count, false, block.dense());
    for (int h = 0; h < heads.heads(); h++) {
      products.multiply(
          worker,
          count,
          shape.keyStride(),
          shape.valueRows(),
          new Operand(block.numerator()[h], 0, shape.valueStride(), 1),
          new Operand(memory[h], 0, shape.keyStride(), 1),
          new Operand(gradient[h], 0, shape.keyStride(), 1),
          false);
      if (heads.hasKeySum()) {
        heads.computeDenominators(h, from, count, block.dense());
        heads.addKeySum(h, count, keySum[h]);
      }
      heads.chainQueries(h, count, block.dense());
    }
    heads.storeQueryGradients(from, count, block.dense());
  }
}
