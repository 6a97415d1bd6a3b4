package org.polyak.cpu;

import java.util.Arrays;
import java.util.Objects;

/**
 * {@link CausalScan} token by token. Within a run the decaying state is kept divided by its decay,
 * {@code n'_i = β^{−(i−1)} n_i}, which costs no operation per state element: what enters grows by
 * powers of 1/β and the feed fades by powers of β instead. Runs are so short that these powers stay
 * below 2²⁴; the scaling multiplies values and their errors alike.
 */
final class TokenScan implements CausalScan {
  private static final int MOST_TOKENS = 64;
  private static final int LEAST_TOKENS = 16;

  private static final double MOST_GROWTH_BITS = 24;

  private final Recurrence recurrence;
  private final ScanLoops loops;
  private final MomentumScanLoops momentumLoops;
  private final KeyValueScanLoops keyValueLoops;
  private final int runTokens;
  private final float[] forwardFactors = new float[MOST_TOKENS];
  private final float[] reverseFactors = new float[MOST_TOKENS];
  private final float[] feedFading = new float[MOST_TOKENS];
  private final float[] feedGrowing = new float[MOST_TOKENS];
  private final DecayTable table;

  TokenScan(Recurrence recurrence, AttentionLoops loops) {
    this.recurrence = recurrence;
    this.loops = loops.scan();
    this.momentumLoops = loops.momentumScan();
    this.keyValueLoops = loops.keyValueScan();
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        table = new DecayTable(0, gamma, MOST_TOKENS);
        runTokens = MOST_TOKENS;
        Arrays.fill(forwardFactors, (float) gamma);
        Arrays.fill(reverseFactors, (float) gamma);
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        table = new DecayTable(beta, gamma, MOST_TOKENS);
        double bitsPerToken = -Math.log(beta) / Math.log(2);
        runTokens = (int) Math.clamp(1 + MOST_GROWTH_BITS / bitsPerToken, 1, MOST_TOKENS);
        for (int t = 0; t < MOST_TOKENS; t++) {
          double power = table.power(t % runTokens);
          forwardFactors[t] = (float) (1 / power);
          reverseFactors[t] = (float) power;
          feedFading[t] = (float) (gamma * power);
          feedGrowing[t] = (float) (gamma / power);
        }
      }
    }
  }

  @Override
  public int blockTokens(HeadShape shape, int matrixFloats) {
    int widest = Math.max(1, Math.max(shape.keyStride(), shape.valueStride()));
    int fitting = Math.clamp(matrixFloats / widest, LEAST_TOKENS, MOST_TOKENS);
    return Math.clamp(Math.max(shape.queries(), shape.keys()), 1, fitting);
  }

  @Override
  public boolean twofold() {
    return recurrence instanceof Recurrence.Twofold;
  }

  @Override
  public float[] forwardFactors() {
    return forwardFactors;
  }

  @Override
  public float[] reverseFactors() {
    return reverseFactors;
  }

  @Override
  public void forward(Worker worker, Block block, States states) {
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> loops.run(block, states.r());
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        int size = block.rows() * block.columns();
        float fade = (float) table.power(runTokens);
        DecayTable.decay(p, size, beta);
        momentumLoops.run(block, runTokens, feedFading, fade, 1, p, states.r());
        DecayTable.decay(p, size, table.power((block.tokens() - 1) % runTokens));
      }
    }
  }

  @Override
  public void reverse(Worker worker, Block block, States states) {
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> loops.run(block, states.r());
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        int size = block.rows() * block.columns();
        float fade = (float) table.power(runTokens);
        momentumLoops.run(block, runTokens, feedGrowing, 1, fade, p, states.r());
        DecayTable.decay(states.r(), size, table.power((block.tokens() - 1) % runTokens + 1));
      }
    }
  }

  @Override
  public void reverse(
      Worker worker, Block values, States states, Block keys, States transposedStates) {
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        reverse(worker, values, states);
        reverse(worker, keys, transposedStates);
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] p = Objects.requireNonNull(states.p());
        float[] partial = worker.borrow(keyValueLoops.partialFloats(values));
        float fade = (float) table.power(runTokens);
        keyValueLoops.run(
            values, keys.z(), keys.out(), partial, runTokens, feedGrowing, fade, p, states.r());
        worker.giveBack(partial);
        int size = values.rows() * values.columns();
        DecayTable.decay(states.r(), size, table.power((values.tokens() - 1) % runTokens + 1));
      }
    }
  }
}
