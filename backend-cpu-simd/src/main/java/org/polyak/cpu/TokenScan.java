package org.polyak.cpu;

import java.util.Objects;

/**
 * {@link CausalScan} token by token. Within a run the decaying state is kept divided by its decay,
 * {@code n'_i = β^{−(i−1)} n_i}, which costs no operation per state element: x grows by powers of
 * 1/β and the feed fades by powers of β instead. Runs are so short that these powers stay below
 * 2²⁴; the scaling multiplies values and their errors alike.
 */
final class TokenScan implements CausalScan {
  private static final int BLOCK_TOKENS = 64;
  private static final double MOST_GROWTH_BITS = 24;

  private final Recurrence recurrence;
  private final ScanLoops loops;
  private final int runTokens;
  private final float[] fade;
  private final float[] growth;
  private final float[] feedFading;
  private final float[] feedGrowing;
  private final DecayTable table;

  TokenScan(Recurrence recurrence, ScanLoops loops) {
    this.recurrence = recurrence;
    this.loops = loops;
    this.table =
        switch (recurrence) {
          case Recurrence.Single(double gamma) -> new DecayTable(0, gamma, BLOCK_TOKENS);
          case Recurrence.Twofold(double beta, double gamma) ->
              new DecayTable(beta, gamma, BLOCK_TOKENS);
        };
    double bitsPerToken = -Math.log(table.beta()) / Math.log(2);
    this.runTokens = (int) Math.clamp(1 + MOST_GROWTH_BITS / bitsPerToken, 1, BLOCK_TOKENS);
    this.fade = new float[runTokens];
    this.growth = new float[runTokens];
    this.feedFading = new float[runTokens];
    this.feedGrowing = new float[runTokens];
    for (int i = 0; i < runTokens; i++) {
      fade[i] = (float) table.power(i);
      growth[i] = (float) (1 / table.power(i));
      feedFading[i] = (float) (table.gamma() * table.power(i));
      feedGrowing[i] = (float) (table.gamma() / table.power(i));
    }
  }

  @Override
  public int blockTokens() {
    return BLOCK_TOKENS;
  }

  @Override
  public boolean twofold() {
    return recurrence instanceof Recurrence.Twofold;
  }

  @Override
  public void forward(Worker worker, Block block, States states) {
    float[] x = worker.borrow(block.tokens() * block.rowStride());
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        scale(block, 0, block.tokens(), block.x(), (float) gamma, x);
        single(block, x, block.z(), states.r());
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        int size = block.rows() * block.columns();
        for (int from = 0; from < block.tokens(); from += runTokens) {
          int tokens = Math.min(runTokens, block.tokens() - from);
          scale(block, from, tokens, block.x(), growth, x);
          DecayTable.decay(p, size, beta);
          twofold(block, from, tokens, x, block.z(), feedFading, states.r(), p);
          DecayTable.decay(p, size, table.power(tokens - 1));
        }
      }
    }
    worker.giveBack(x);
  }

  @Override
  public void reverse(Worker worker, Block block, States states) {
    float[] z = worker.borrow(block.tokens() * block.rowStride());
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        scale(block, 0, block.tokens(), block.z(), (float) gamma, z);
        single(block, block.x(), z, states.r());
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        int size = block.rows() * block.columns();
        for (int from = 0; from < block.tokens(); from += runTokens) {
          int tokens = Math.min(runTokens, block.tokens() - from);
          scale(block, from, tokens, block.z(), fade, z);
          twofold(block, from, tokens, block.x(), z, feedGrowing, states.r(), p);
          DecayTable.decay(states.r(), size, table.power(tokens));
        }
      }
    }
    worker.giveBack(z);
  }

  private void single(Block block, float[] x, float[] z, float[] r) {
    loops.single(
        block.tokens(),
        block.rows(),
        block.rowStride(),
        block.columns(),
        x,
        0,
        block.y(),
        0,
        z,
        0,
        r,
        block.out(),
        0);
  }

  private void twofold(
      Block block, int from, int tokens, float[] x, float[] z, float[] feed, float[] r, float[] p) {
    loops.twofold(
        tokens,
        block.rows(),
        block.rowStride(),
        block.columns(),
        x,
        from * block.rowStride(),
        block.y(),
        from * block.columns(),
        z,
        from * block.rowStride(),
        feed,
        p,
        r,
        block.out(),
        from * block.columns());
  }

  private static void scale(
      Block block, int from, int tokens, float[] values, float factor, float[] scaled) {
    int stride = block.rowStride();
    for (int i = from * stride; i < (from + tokens) * stride; i++) {
      scaled[i] = values[i] * factor;
    }
  }

  private static void scale(
      Block block, int from, int tokens, float[] values, float[] factors, float[] scaled) {
    int stride = block.rowStride();
    for (int t = 0; t < tokens; t++) {
      float factor = factors[t];
      int at = (from + t) * stride;
      for (int i = at; i < at + stride; i++) {
        scaled[i] = values[i] * factor;
      }
    }
  }
}
