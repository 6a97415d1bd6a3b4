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
  private static final int LEAST_TOKENS = 16;

  private static final double MOST_GROWTH_BITS = 24;

  private final Recurrence recurrence;
  private final ScanLoops loops;
  private final MomentumScanLoops momentumLoops;
  private final KeyValueScanLoops keyValueLoops;
  private final int runTokens;
  private final float[] forwardFactors = new float[ScanLoops.MOST_TOKENS];
  private final float[] reverseFactors = new float[ScanLoops.MOST_TOKENS];
  private final float[] feedFading = new float[ScanLoops.MOST_TOKENS];
  private final float[] feedGrowing = new float[ScanLoops.MOST_TOKENS];

  /** β^l for l from 0. */
  private final Decay[] decays = new Decay[ScanLoops.MOST_TOKENS + 1];

  TokenScan(Recurrence recurrence, AttentionLoops loops) {
    this.recurrence = recurrence;
    this.loops = loops.scan();
    this.momentumLoops = loops.momentumScan();
    this.keyValueLoops = loops.keyValueScan();
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        runTokens = ScanLoops.MOST_TOKENS;
        Arrays.fill(forwardFactors, (float) gamma);
        Arrays.fill(reverseFactors, (float) gamma);
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        Arrays.setAll(decays, l -> Decay.of(Math.pow(beta, l)));
        double bitsPerToken = -Math.log(beta) / Math.log(2);
        runTokens = (int) Math.clamp(1 + MOST_GROWTH_BITS / bitsPerToken, 1, ScanLoops.MOST_TOKENS);
        for (int t = 0; t < ScanLoops.MOST_TOKENS; t++) {
          double power = Math.pow(beta, t % runTokens);
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
    int fitting = Math.clamp(matrixFloats / widest, LEAST_TOKENS, ScanLoops.MOST_TOKENS);
    return Math.clamp(Math.max(shape.queries(), shape.keys()), 1, fitting);
  }

  @Override
  public RowLayout layout(int width, int tokens) {
    return RowLayout.panels(width, tokens, loops.lanes());
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
      case Recurrence.Twofold(double beta, double gamma) ->
          momentumLoops.run(
              block,
              runTokens,
              feedFading,
              decays[1],
              decays[runTokens].high(),
              decays[(block.tokens() - 1) % runTokens],
              Objects.requireNonNull(states.p()),
              states.r());
    }
  }

  @Override
  public void reverse(
      Worker worker, Block values, States states, Block keys, States transposedStates) {
    switch (recurrence) {
      case Recurrence.Single(double gamma) -> {
        loops.run(values, states.r());
        loops.run(keys, transposedStates.r());
      }
      case Recurrence.Twofold(double beta, double gamma) -> {
        float[] partial = worker.borrow(keyValueLoops.partialFloats(values));
        keyValueLoops.run(
            values,
            keys.z(),
            keys.out(),
            partial,
            runTokens,
            feedGrowing,
            decays[runTokens].high(),
            decays[(values.tokens() - 1) % runTokens + 1],
            Objects.requireNonNull(states.p()),
            states.r());
        worker.giveBack(partial);
      }
    }
  }
}
