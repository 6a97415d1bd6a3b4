package org.polyak.cpu;

import java.util.Arrays;
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
  private final HeadGradientRows head;
  private final HeadShape shape;
  private final Worker worker;

  /** Sᵀ and nᵀ, padded to {@code valueRows × keyStride}. */
  private final float[] memory;

  private final float @Nullable [] momentum;
  private final float[] keySum;
  private final float[] gradient;

  QueryGradient(
      AttentionSpec spec,
      GemmBlocks products,
      CausalScan scan,
      HeadGradientRows head,
      Scratch scratch) {
    this.spec = spec;
    this.products = products;
    this.scan = scan;
    this.head = head;
    this.shape = head.shape();
    this.worker = scratch.worker();
    memory = scratch.take(shape.transposedStateSize());
    momentum = scan.twofold() ? scratch.take(shape.transposedStateSize()) : null;
    keySum = scratch.take(shape.keyStride());
    gradient = scratch.take(head.block() * shape.keyStride());
    loadInitial(scratch);
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

  void run() {
    int scanned = AttentionForward.scannedTokens(spec, scan, shape.queries(), head.length());
    for (int from = 0; from < scanned; from += head.block()) {
      scanTokens(from, Math.min(head.block(), scanned - from));
    }
    if (!spec.causal()) {
      for (int from = 0; from < head.length(); from += head.block()) {
        addKeys(from, Math.min(head.block(), head.length() - from));
      }
    }
    for (int from = scanned; from < shape.queries(); from += head.block()) {
      readOut(from, Math.min(head.block(), shape.queries() - from));
    }
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
            head.v(),
            head.k(),
            head.numerator(),
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
        new Operand(head.v(), 0, shape.valueStride(), 1).transposed(),
        new Operand(head.k(), 0, shape.keyStride(), 1),
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
        new Operand(head.numerator(), 0, shape.valueStride(), 1),
        new Operand(memory, 0, shape.keyStride(), 1),
        new Operand(gradient, 0, shape.keyStride(), 1),
        false);
    if (head.hasKeySum()) {
      head.addKeySum(count, keySum, gradient);
    }
    head.storeQueryGradients(from, count, gradient);
  }
}
