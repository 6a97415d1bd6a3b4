package org.polyak.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/**
 * The reverse pass over the tokens of {@link AttentionBackward}: carries G, the gradient for the
 * memory, and D, the gradient for n, from the last token to the first, and leaves what reaches the
 * initial state. Keys need Gᵀ and Dᵀ, values G and D: both pairs are scanned side by side.
 */
final class KeyValueGradient {
  private final GemmBlocks products;
  private final CausalScan scan;
  private final HeadGradientRows head;
  private final GradientBlock block;
  private final HeadShape shape;
  private final Worker worker;
  private final float[] memory;
  private final float @Nullable [] momentum;
  private final float[] memoryTransposed;
  private final float @Nullable [] momentumTransposed;
  private final float[] querySum;
  private final float[] keyGradient;
  private final float[] valueGradient;

  private KeyValueGradient(
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
    memory = scratch.take(shape.stateSize());
    memoryTransposed = scratch.take(shape.transposedStateSize());
    momentum = scan.twofold() ? scratch.take(shape.stateSize()) : null;
    momentumTransposed = scan.twofold() ? scratch.take(shape.transposedStateSize()) : null;
    querySum = scratch.take(shape.keyStride());
    keyGradient = block.keyGradient();
    valueGradient = block.valueGradient();
    AttentionState last = head.task().lastGradient();
    HeadState.load(last == null ? null : last.memory(), head.index(), shape, 1, memory);
    if (momentum != null) {
      HeadState.load(last == null ? null : last.momentum(), head.index(), shape, -1, momentum);
    }
    HeadState.loadKeySum(last == null ? null : last.keySum(), head.index(), shape, querySum);
  }

  /** Takes the heads of one task through all tokens. */
  static void run(
      AttentionSpec spec,
      GemmBlocks products,
      CausalScan scan,
      List<HeadGradientRows> heads,
      GradientBlock block,
      Scratch scratch) {
    List<KeyValueGradient> passes =
        heads.stream()
            .map(head -> new KeyValueGradient(products, scan, head, block, scratch))
            .toList();
    int length = heads.getFirst().length();
    int queries = heads.getFirst().shape().queries();
    int scanned = AttentionForward.scannedTokens(spec, scan, queries, length);
    HeadGroups.forwards(passes, scanned, queries, block.tokens(), KeyValueGradient::addQueries);
    passes.forEach(KeyValueGradient::transpose);
    HeadGroups.backwards(passes, scanned, block.tokens(), KeyValueGradient::scanTokens);
    if (!spec.causal()) {
      HeadGroups.forwards(passes, 0, length, block.tokens(), KeyValueGradient::readOut);
    }
    passes.forEach(KeyValueGradient::storeInitial);
  }

  /** Rows that read the final state: their gradients enter it before the scan begins. */
  private void addQueries(int from, int count) {
    head.loadQueries(from, count, false);
    head.loadOutGradients(from, count, false);
    if (head.hasKeySum()) {
      head.sumQueries(count, querySum);
    }
    products.multiply(
        worker,
        shape.keyRows(),
        shape.valueStride(),
        count,
        new Operand(block.q(), 0, shape.keyStride(), 1).transposed(),
        new Operand(block.numerator(), 0, shape.valueStride(), 1),
        new Operand(memory, 0, shape.valueStride(), 1),
        true);
  }

  private void transpose() {
    HeadState.transpose(memory, shape, memoryTransposed);
    if (momentum != null) {
      HeadState.transpose(momentum, shape, Objects.requireNonNull(momentumTransposed));
    }
    head.clearKeysAndValues(head.length());
  }

  private void scanTokens(int from, int count) {
    head.loadQueries(from, count, true);
    head.loadKeysAndValues(from, count, true);
    head.loadOutGradients(from, count, true);
    Arrays.fill(valueGradient, 0, count * shape.valueStride(), 0);
    scan.reverse(
        worker,
        new CausalScan.Block(
            count,
            shape.keyRows(),
            shape.keyStride(),
            shape.valueStride(),
            block.q(),
            block.numerator(),
            block.k(),
            valueGradient),
        states(memory, momentum));
    Arrays.fill(keyGradient, 0, count * shape.keyStride(), 0);
    scan.reverse(
        worker,
        new CausalScan.Block(
            count,
            shape.valueRows(),
            shape.valueStride(),
            shape.keyStride(),
            block.numerator(),
            block.q(),
            block.v(),
            keyGradient),
        states(memoryTransposed, momentumTransposed));
    if (head.hasKeySum()) {
      head.addQuerySums(count, querySum, keyGradient);
    }
    head.storeValueGradients(from, count, true, valueGradient);
    head.storeKeyGradients(from, count, true, keyGradient);
  }

  /** In reverse a scan reads what the decay follows: D, fed by G; or G where there is no decay. */
  private static CausalScan.States states(float[] memory, float @Nullable [] momentum) {
    return momentum == null
        ? new CausalScan.States(memory, null)
        : new CausalScan.States(momentum, memory);
  }

  /** Keys that every query sees. */
  private void readOut(int from, int count) {
    head.loadKeysAndValues(from, count, false);
    Operand g = new Operand(memory, 0, shape.valueStride(), 1);
    products.multiply(
        worker,
        count,
        shape.valueStride(),
        shape.keyRows(),
        new Operand(block.k(), 0, shape.keyStride(), 1),
        g,
        new Operand(valueGradient, 0, shape.valueStride(), 1),
        false);
    products.multiply(
        worker,
        count,
        shape.keyStride(),
        shape.valueRows(),
        new Operand(block.v(), 0, shape.valueStride(), 1),
        new Operand(memoryTransposed, 0, shape.keyStride(), 1),
        new Operand(keyGradient, 0, shape.keyStride(), 1),
        false);
    if (head.hasKeySum()) {
      for (int t = 0; t < count; t++) {
        for (int i = 0; i < shape.keyStride(); i++) {
          keyGradient[t * shape.keyStride() + i] += querySum[i];
        }
      }
    }
    head.storeValueGradients(from, count, false, valueGradient);
    head.storeKeyGradients(from, count, false, keyGradient);
  }

  private void storeInitial() {
    AttentionState initial = head.task().gradients().initial();
    if (initial == null) {
      return;
    }
    HeadState.store(memory, 1, initial.memory(), head.index(), shape);
    HeadState.storeKeySum(querySum, initial.keySum(), head.index(), shape);
    if (momentum != null) {
      HeadState.store(momentum, -1, initial.momentum(), head.index(), shape);
    } else {
      // Without decay the initial momentum reaches nothing that enters the loss.
      HeadState.clear(initial.momentum(), head.index(), shape);
    }
  }
}
