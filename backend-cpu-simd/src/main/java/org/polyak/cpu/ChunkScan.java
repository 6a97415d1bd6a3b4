package org.polyak.cpu;

import java.util.Arrays;
import java.util.Objects;

/**
 * {@link CausalScan} by matrix products within chunks, in the form in which every coefficient is
 * positive: {@code out = ((Z Xᵀ) ∘ W) Y + diag(a) Z R + diag(b) Z P}, W_{tj} the weight of lag t −
 * j below and on the diagonal. R and P advance by one weighted product each.
 */
final class ChunkScan implements CausalScan {
  /** Longer chunks would only add memory and work that grow with their square. */
  private static final int MOST_TOKENS = 256;

  /** Rows of Z Xᵀ computed at a time: beyond the diagonal only this many columns are wasted. */
  private static final int ROW_PANEL = 24;

  private final Recurrence recurrence;
  private final GemmBlocks gemm;
  private final int lanes;
  private final int chunkTokens;
  private final DecayTable table;

  /** The weights by growing position: {@code w_{C-1}, …, w_0}, so that rows of W are stretches. */
  private final float[] weightsByPosition;

  private final float[] ones;

  ChunkScan(Recurrence recurrence, AttentionLoops loops, int length) {
    this.recurrence = recurrence;
    this.gemm = loops.products();
    this.lanes = loops.rows().lanes();
    this.chunkTokens = Math.min(length, MOST_TOKENS);
    this.table =
        switch (recurrence) {
          case Recurrence.Single(double gamma) -> new DecayTable(0, gamma, chunkTokens);
          case Recurrence.Twofold(double beta, double gamma) ->
              new DecayTable(beta, gamma, chunkTokens);
        };
    this.ones = new float[chunkTokens];
    Arrays.fill(ones, 1);
    this.weightsByPosition = new float[chunkTokens];
    for (int l = 0; l < chunkTokens; l++) {
      weightsByPosition[chunkTokens - 1 - l] = (float) table.weight(l);
    }
  }

  @Override
  public int blockTokens(HeadShape shape, int matrixFloats) {
    return chunkTokens;
  }

  @Override
  public RowLayout layout(int width, int tokens) {
    return RowLayout.dense(width, lanes);
  }

  @Override
  public boolean twofold() {
    return recurrence instanceof Recurrence.Twofold;
  }

  @Override
  public float[] forwardFactors() {
    return ones;
  }

  @Override
  public float[] reverseFactors() {
    return ones;
  }

  @Override
  public void forward(Worker worker, Block block, States states) {
    within(worker, block);
    float[] scaled = worker.borrow(block.tokens() * block.left().rowStride());
    int tokens = block.tokens();
    int size = block.rows() * block.columns();
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        readOut(worker, block, block.z(), states.r());
        scale(block, block.x(), scaled, t -> gamma);
        accumulate(worker, block, scaled, states.r());
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        readOut(worker, block, block.z(), states.r());
        scale(block, block.z(), scaled, t -> beta * table.weight(t));
        readOut(worker, block, scaled, p);
        addScaled(states.r(), p, size, beta * table.weight(tokens - 1));
        scale(block, block.x(), scaled, t -> table.weight(tokens - 1 - t));
        accumulate(worker, block, scaled, states.r());
        DecayTable.decay(p, size, table.power(tokens));
        scale(block, block.x(), scaled, t -> table.power(tokens - 1 - t));
        accumulate(worker, block, scaled, p);
      }
    }
    worker.giveBack(scaled);
  }

  @Override
  public void reverse(
      Worker worker, Block values, States states, Block keys, States transposedStates) {
    reverse(worker, values, states);
    reverse(worker, keys, transposedStates);
  }

  private void reverse(Worker worker, Block block, States states) {
    within(worker, block);
    float[] scaled = worker.borrow(block.tokens() * block.left().rowStride());
    int tokens = block.tokens();
    int size = block.rows() * block.columns();
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        scale(block, block.z(), scaled, t -> gamma);
        readOut(worker, block, scaled, states.r());
        accumulate(worker, block, block.x(), states.r());
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        scale(block, block.z(), scaled, table::power);
        readOut(worker, block, scaled, states.r());
        scale(block, block.z(), scaled, table::weight);
        readOut(worker, block, scaled, p);
        DecayTable.decay(states.r(), size, table.power(tokens));
        addScaled(states.r(), p, size, beta * table.weight(tokens - 1));
        scale(block, block.x(), scaled, t -> beta * table.weight(tokens - 1 - t));
        accumulate(worker, block, scaled, states.r());
        accumulate(worker, block, block.x(), p);
      }
    }
    worker.giveBack(scaled);
  }

  /** {@code out = ((Z Xᵀ) ∘ W) Y}. */
  private void within(Worker worker, Block block) {
    int tokens = block.tokens();
    float[] products = worker.borrow(ROW_PANEL * tokens);
    Operand transposedX = new Operand(block.x(), 0, block.left().rowStride(), 1).transposed();
    Operand y = new Operand(block.y(), 0, block.columns(), 1);
    for (int from = 0; from < tokens; from += ROW_PANEL) {
      int rows = Math.min(ROW_PANEL, tokens - from);
      int seen = from + rows;
      Operand z =
          new Operand(block.z(), from * block.left().rowStride(), block.left().rowStride(), 1);
      Operand product = new Operand(products, 0, tokens, 1);
      gemm.multiply(worker, rows, seen, block.rows(), z, transposedX, product, false);
      for (int row = 0; row < rows; row++) {
        int t = from + row;
        int weights = chunkTokens - 1 - t;
        for (int j = 0; j <= t; j++) {
          products[row * tokens + j] *= weightsByPosition[weights + j];
        }
        Arrays.fill(products, row * tokens + t + 1, row * tokens + seen, 0);
      }
      Operand out = new Operand(block.out(), from * block.columns(), block.columns(), 1);
      gemm.multiply(worker, rows, block.columns(), seen, product, y, out, false);
    }
    worker.giveBack(products);
  }

  /** {@code out += Z state}. */
  private void readOut(Worker worker, Block block, float[] z, float[] state) {
    gemm.multiply(
        worker,
        block.tokens(),
        block.columns(),
        block.rows(),
        new Operand(z, 0, block.left().rowStride(), 1),
        new Operand(state, 0, block.columns(), 1),
        new Operand(block.out(), 0, block.columns(), 1),
        true);
  }

  /** {@code state += Xᵀ Y}. */
  private void accumulate(Worker worker, Block block, float[] x, float[] state) {
    gemm.multiply(
        worker,
        block.rows(),
        block.columns(),
        block.tokens(),
        new Operand(x, 0, block.left().rowStride(), 1).transposed(),
        new Operand(block.y(), 0, block.columns(), 1),
        new Operand(state, 0, block.columns(), 1),
        true);
  }

  /** A coefficient of every token of a chunk. */
  @FunctionalInterface
  private interface Coefficient {
    double of(int token);
  }

  private static void scale(Block block, float[] values, float[] scaled, Coefficient coefficient) {
    int stride = block.left().rowStride();
    for (int t = 0; t < block.tokens(); t++) {
      float factor = (float) coefficient.of(t);
      for (int i = t * stride; i < (t + 1) * stride; i++) {
        scaled[i] = values[i] * factor;
      }
    }
  }

  private static void addScaled(float[] to, float[] from, int size, double factor) {
    float f = (float) factor;
    for (int i = 0; i < size; i++) {
      to[i] = Math.fma(f, from[i], to[i]);
    }
  }
}
