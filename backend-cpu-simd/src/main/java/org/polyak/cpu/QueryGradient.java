package org.polyak.cpu;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/**
 * The forward pass over the tokens of {@link AttentionBackward}: {@code dφ(q_i) = s_i dN_i + dd_i
 * z_i}, with the states of the attention itself, transposed.
 */
final class QueryGradient {
  private final GemmBlocks products;
  private final CausalScan scan;
  private final HeadGradientRows head;
  private final GradientBlock block;
  private final HeadShape shape;
  private final Worker worker;

  /** Sᵀ and nᵀ, padded to {@code valueRows × keyStride}. */
  private final float[] memory;

  private final float @Nullable [] momentum;
  private final float[] keySum;
  private final float[] gradient;

  private QueryGradient(
      GemmBlocks products,
      CausalScan scan,
      HeadGradientRows head,
      GradientBlock block,
      Scratch scratch) {
    this.products = products;
    this.scan = scan;
    this.head = head;
    this.block = block;
    this.shape = head.shape();
    this.worker = scratch.worker();
    memory = scratch.take(shape.transposedStateSize());
    momentum = scan.twofold() ? scratch.take(shape.transposedStateSize()) : null;
    keySum = scratch.take(shape.keyStride());
    gradient = block.keyGradient();
    loadInitial(scratch);
  }

  /** Takes the heads of one task through all tokens. */
  static void run(
      AttentionSpec spec,
      GemmBlocks products,
      CausalScan scan,
      List<HeadGradientRows> heads,
      GradientBlock block,
      Scratch scratch) {
    List<QueryGradient> passes =
        heads.stream()
            .map(head -> new QueryGradient(products, scan, head, block, scratch))
            .toList();
    int length = heads.getFirst().length();
    int queries = heads.getFirst().shape().queries();
    int scanned = AttentionForward.scannedTokens(spec, scan, queries, length);
    HeadGroups.forwards(passes, 0, scanned, block.tokens(), QueryGradient::scanTokens);
    if (!spec.causal()) {
      HeadGroups.forwards(passes, 0, length, block.tokens(), QueryGradient::addKeys);
    }
    HeadGroups.forwards(passes, scanned, queries, block.tokens(), QueryGradient::readOut);
  }

  private void loadInitial(Scratch scratch) {
    AttentionState initial = head.task().initial();
    float[] state = scratch.take(shape.stateSize());
    HeadState.load(initial == null ? null : initial.memory(), head.index(), shape, 1, state);
    HeadState.transpose(state, shape, memory);
    if (momentum != null) {
      HeadState.load(initial == null ? null : initial.momentum(), head.index(), shape, -1, state);
      HeadState.transpose(state, shape, momentum);
    }
    HeadState.loadKeySum(initial == null ? null : initial.keySum(), head.index(), shape, keySum);
  }

  private void scanTokens(int from, int count) {
    head.loadKeysAndValues(from, count, false);
    head.loadOutGradients(from, count, false);
    Arrays.fill(gradient, 0, count * shape.keyStride(), 0);
    scan.forward(
        worker,
        new CausalScan.Block(
            count,
            shape.valueRows(),
            shape.valueStride(),
            shape.keyStride(),
            block.v(),
            block.k(),
            block.numerator(),
            gradient),
        new CausalScan.States(memory, momentum));
    if (head.hasKeySum()) {
      head.addKeySums(count, keySum, gradient);
    }
    head.storeQueryGradients(from, count, gradient);
  }

  private void addKeys(int from, int count) {
    head.loadKeysAndValues(from, count, false);
    head.sumKeys(count, keySum);
    products.multiply(
        worker,
        shape.valueRows(),
        shape.keyStride(),
        count,
        new Operand(block.v(), 0, shape.valueStride(), 1).transposed(),
        new Operand(block.k(), 0, shape.keyStride(), 1),
        new Operand(memory, 0, shape.keyStride(), 1),
        true);
  }

  private void readOut(int from, int count) {
    head.loadOutGradients(from, count, false);
    products.multiply(
        worker,
        count,
        shape.keyStride(),
        shape.valueRows(),
        new Operand(block.numerator(), 0, shape.valueStride(), 1),
        new Operand(memory, 0, shape.keyStride(), 1),
        new Operand(gradient, 0, shape.keyStride(), 1),
        false);
    if (head.hasKeySum()) {
      head.addKeySum(count, keySum, gradient);
    }
    head.storeQueryGradients(from, count, gradient);
  }
}
