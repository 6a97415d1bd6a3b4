package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.polyak.conformance.oracle.Differences.assertClose;
import static org.polyak.conformance.oracle.Differences.distance;

import org.junit.jupiter.api.Test;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;

/**
 * Identities and limits of momentum attention. Bounds are a few thousand units of float64
 * round-off: some tens of terms, weights up to 1/(1−β).
 */
class MomentumIdentitiesTest {
  private static final double EXACT = 1e-12;
  private static final int N = 23;
  private static final LinearKernel PAPER = LinearKernel.normalised(0);

  private final AttentionInputs x = new Draw(1).attention(N, N, Visibility.causal());

  @Test
  void momentumWithZeroBetaAndUnitGammaEqualsLinearAttention() {
    Momentum none = new Momentum(0, 1);
    assertClose(recurrent(x, none), LinearAttention.forward(x, PAPER), EXACT);
    AttentionInputs full = x.with(Visibility.full());
    assertClose(
        MomentumAttention.nonCausal(full, PAPER, none, Anchor.PADDED_LENGTH),
        LinearAttention.forward(full, PAPER),
        EXACT);
    assertClose(
        MomentumAttention.released(x, PAPER, none, Anchor.PADDED_LENGTH),
        LinearAttention.forward(x, PAPER),
        EXACT);
  }

  @Test
  void recurrenceEqualsUnrolledTwoScanAndChunkForm() {
    for (double beta : new double[] {0, 0.1, 0.6, 0.9, 0.99}) {
      Momentum momentum = new Momentum(beta, 0.6);
      Array definition = recurrent(x, momentum);
      assertClose(MomentumAttention.unrolled(x, PAPER, momentum, Padding.DECAY), definition, EXACT);
      assertClose(MomentumAttention.twoScan(x, PAPER, momentum), definition, EXACT);
      for (int chunk : new int[] {1, 2, 7, 16, 22, 23, 64}) {
        assertClose(chunkwise(x, momentum, chunk).out(), definition, EXACT);
      }
    }
  }

  @Test
  void chunkFormCarriesStateAndPaddingLikeTheRecurrence() {
    Draw draw = new Draw(2);
    AttentionInputs padded = draw.attention(N, N, Visibility.causal().withKeyLengths(9, 0));
    MomentumRecurrence.State initial = draw.state();
    Momentum momentum = new Momentum(0.9, 0.7);
    for (Padding padding : Padding.values()) {
      MomentumRecurrence.Run definition =
          MomentumRecurrence.forward(padded, PAPER, momentum, padding, initial);
      for (int chunk : new int[] {1, 4, 9, 10, 50}) {
        MomentumRecurrence.Run run =
            MomentumAttention.chunkwise(padded, PAPER, momentum, padding, initial, chunk);
        assertClose(run.out(), definition.out(), EXACT);
        assertClose(run.state().m(), definition.state().m(), EXACT);
        assertClose(run.state().s(), definition.state().s(), EXACT);
        assertClose(run.state().z(), definition.state().z(), EXACT);
      }
    }
  }

  @Test
  void outputIsLinearInGamma() {
    assertClose(
        recurrent(x, new Momentum(0.6, 2.5)), recurrent(x, new Momentum(0.6, 1)).times(2.5), EXACT);
    assertClose(
        recurrent(x, new Momentum(0, 0.3)), LinearAttention.forward(x, PAPER).times(0.3), EXACT);
  }

  @Test
  void weightsStayAccurateAsBetaApproachesOneAndBecomeTheRampThere() {
    Array ramp = WeightedAttention.forward(x, PAPER, (b, i, j) -> i - j + 1);
    Momentum one = new Momentum(1, 1);
    assertClose(recurrent(x, one), ramp, EXACT);
    assertClose(MomentumAttention.unrolled(x, PAPER, one, Padding.DECAY), ramp, EXACT);
    assertClose(chunkwise(x, one, 5).out(), ramp, EXACT);
    // Σ β^r differs from its count by at most N(N−1)/2 · (1 − β).
    double gap = 1e-8;
    Array near = recurrent(x, new Momentum(1 - gap, 1));
    assertThat(distance(near, ramp)).isBetween(gap / 10, N * (N - 1) / 2.0 * gap);
    assertClose(chunkwise(x, new Momentum(1 - gap, 1), 5).out(), near, EXACT);
  }

  @Test
  void twoScanFormLosesWhatTheChunkFormKeepsAsBetaApproachesOne() {
    Momentum momentum = new Momentum(1 - 1e-8, 1);
    double lost = distance(MomentumAttention.twoScan(x, PAPER, momentum), recurrent(x, momentum));
    assertThat(lost).isGreaterThan(1e-10);
  }

  @Test
  void firstOutputIsGammaTimesFirstValue() {
    Array out = recurrent(x, new Momentum(0.6, 1.7));
    assertClose(out.slice(1, 0, 1), x.values().slice(1, 0, 1).times(1.7), EXACT);
  }

  @Test
  void constantValuesAreScaledByTheMeanWeightAndNotPreserved() {
    AttentionInputs constant =
        new AttentionInputs(
            x.queries(), x.keys(), Array.filled(1, 2, N, 2, 2), Visibility.causal());
    Momentum momentum = new Momentum(0.9, 1);
    Array out = recurrent(constant, momentum);
    for (int i = 0; i < N; i++) {
      double weighted = 0;
      double sum = 0;
      for (int j = 0; j <= i; j++) {
        double pair = 0;
        for (int d = 0; d < 3; d++) {
          pair +=
              FeatureMap.ELU_PLUS_ONE.apply(x.queries().get(0, i, 0, d))
                  * FeatureMap.ELU_PLUS_ONE.apply(x.keys().get(0, j, 0, d));
        }
        weighted += pair * (1 - Math.pow(0.9, i - j + 1)) / (1 - 0.9);
        sum += pair;
      }
      assertThat(out.get(0, i, 0, 0)).isCloseTo(weighted / sum, within(EXACT * weighted / sum));
    }
    assertThat(out.get(0, N - 1, 0, 0)).isGreaterThan(3);
    assertThat(LinearAttention.forward(constant, PAPER).minus(constant.values()).maxAbs())
        .isLessThan(EXACT);
  }

  @Test
  void scaleOfMappedQueriesAndKeysCancels() {
    LinearKernel identity = new LinearKernel(FeatureMap.IDENTITY, new Normaliser.KeySum(0));
    Draw draw = new Draw(4);
    Array q = draw.positive(2, N, 2, 3);
    Array k = draw.positive(2, N, 2, 3);
    AttentionInputs plain = new AttentionInputs(q, k, x.values(), Visibility.causal());
    AttentionInputs scaled =
        new AttentionInputs(q.times(3), k.times(0.2), x.values(), Visibility.causal());
    Momentum momentum = new Momentum(0.6, 0.9);
    MomentumRecurrence.State zero = MomentumRecurrence.State.zero(x);
    assertClose(
        MomentumRecurrence.forward(scaled, identity, momentum, Padding.DECAY, zero).out(),
        MomentumRecurrence.forward(plain, identity, momentum, Padding.DECAY, zero).out(),
        EXACT);
  }

  @Test
  void nonCausalOutputEqualsTheCausalOneInTheLastRowOnly() {
    Momentum momentum = new Momentum(0.6, 0.9);
    Array full = MomentumAttention.nonCausal(x, PAPER, momentum, Anchor.PADDED_LENGTH);
    Array causal = recurrent(x, momentum);
    assertClose(full.slice(1, N - 1, N), causal.slice(1, N - 1, N), EXACT);
    assertThat(distance(full.slice(1, 0, N - 1), causal.slice(1, 0, N - 1))).isGreaterThan(0.1);
  }

  @Test
  void nonCausalMomentumDependsOnTheOrderOfKeysAndZeroBetaDoesNot() {
    AttentionInputs reversed =
        new AttentionInputs(x.queries(), reverse(x.keys()), reverse(x.values()), Visibility.full());
    AttentionInputs full = x.with(Visibility.full());
    Momentum momentum = new Momentum(0.9, 1);
    Anchor anchor = Anchor.PADDED_LENGTH;
    assertThat(
            distance(
                MomentumAttention.nonCausal(reversed, PAPER, momentum, anchor),
                MomentumAttention.nonCausal(full, PAPER, momentum, anchor)))
        .isGreaterThan(0.1);
    Momentum none = new Momentum(0, 1);
    assertClose(
        MomentumAttention.nonCausal(reversed, PAPER, none, anchor),
        MomentumAttention.nonCausal(full, PAPER, none, anchor),
        EXACT);
  }

  @Test
  void paddingChangesTheNonCausalOutputOnlyWhenThePaddedLengthAnchorsIt() {
    AttentionInputs padded = x.with(Visibility.full().withKeyLengths(15, 15));
    AttentionInputs cut =
        new AttentionInputs(
            x.queries(), x.keys().slice(1, 0, 15), x.values().slice(1, 0, 15), Visibility.full());
    Momentum momentum = new Momentum(0.9, 1);
    Array want = MomentumAttention.nonCausal(cut, PAPER, momentum, Anchor.TRUE_LENGTH);
    assertClose(
        MomentumAttention.nonCausal(padded, PAPER, momentum, Anchor.TRUE_LENGTH), want, EXACT);
    Array anchored = MomentumAttention.nonCausal(padded, PAPER, momentum, Anchor.PADDED_LENGTH);
    assertThat(distance(anchored, want)).isGreaterThan(0.1);
  }

  @Test
  void laterTokensDoNotChangeEarlierOutputsButDoInTheReleasedForm() {
    Momentum momentum = new Momentum(0.6, 0.9);
    AttentionInputs prefix = prefix(0, 10);
    assertClose(recurrent(x, momentum).slice(1, 0, 10), recurrent(prefix, momentum), EXACT);
    assertThat(
            distance(
                MomentumAttention.released(x, PAPER, momentum, Anchor.PADDED_LENGTH)
                    .slice(1, 0, 10),
                MomentumAttention.released(prefix, PAPER, momentum, Anchor.PADDED_LENGTH)))
        .isGreaterThan(1e-3);
  }

  @Test
  void releasedWeightsWithoutCausalMaskAreThoseOfEquation14() {
    Momentum momentum = new Momentum(0.6, 0.9);
    AttentionInputs full = x.with(Visibility.full());
    assertClose(
        MomentumAttention.nonCausal(full, PAPER, momentum, Anchor.PADDED_LENGTH),
        WeightedAttention.forward(
            full, PAPER, (b, i, j) -> 0.9 * (1 - Math.pow(0.6, N - j)) / (1 - 0.6)),
        EXACT);
  }

  @Test
  void decodingStepByStepWithCarriedStateEqualsTheBatch() {
    Momentum momentum = new Momentum(0.9, 0.9);
    Array batch = recurrent(x, momentum);
    MomentumRecurrence.State state = MomentumRecurrence.State.zero(x);
    for (int t = 0; t < N; t++) {
      MomentumRecurrence.Run step =
          MomentumRecurrence.forward(prefix(t, t + 1), PAPER, momentum, Padding.DECAY, state);
      assertClose(step.out(), batch.slice(1, t, t + 1), EXACT);
      state = step.state();
    }
  }

  @Test
  void unnormalisedFormDividesBySquareRootOfLengthInsteadOfKeySum() {
    LinearKernel none = new LinearKernel(FeatureMap.ELU_PLUS_ONE, new Normaliser.None());
    AttentionInputs full = x.with(Visibility.full().withKeyLengths(20, 7));
    assertClose(
        LinearAttention.forward(full, LinearKernel.squareRootLength()),
        LinearAttention.forward(full, none).times(1 / Math.sqrt(N)),
        EXACT);
  }

  @Test
  void frozenPaddingKeepsTheStateOfTheLastRealToken() {
    Momentum momentum = new Momentum(0.9, 0.9);
    AttentionInputs padded = x.with(Visibility.causal().withKeyLengths(10, 10));
    MomentumRecurrence.State zero = MomentumRecurrence.State.zero(x);
    MomentumRecurrence.State want =
        MomentumRecurrence.forward(prefix(0, 10), PAPER, momentum, Padding.FREEZE, zero).state();
    MomentumRecurrence.State frozen =
        MomentumRecurrence.forward(padded, PAPER, momentum, Padding.FREEZE, zero).state();
    MomentumRecurrence.State decayed =
        MomentumRecurrence.forward(padded, PAPER, momentum, Padding.DECAY, zero).state();
    assertClose(frozen.m(), want.m(), EXACT);
    assertClose(frozen.s(), want.s(), EXACT);
    assertClose(decayed.m(), want.m().times(Math.pow(0.9, N - 10)), EXACT);
    assertThat(distance(decayed.s(), want.s())).isGreaterThan(0.1);
  }

  private AttentionInputs prefix(int from, int to) {
    return new AttentionInputs(
        x.queries().slice(1, from, to),
        x.keys().slice(1, from, to),
        x.values().slice(1, from, to),
        Visibility.causal());
  }

  private static Array recurrent(AttentionInputs inputs, Momentum momentum) {
    return MomentumRecurrence.forward(
            inputs, PAPER, momentum, Padding.DECAY, MomentumRecurrence.State.zero(inputs))
        .out();
  }

  private static MomentumRecurrence.Run chunkwise(
      AttentionInputs inputs, Momentum momentum, int chunk) {
    MomentumRecurrence.State zero = MomentumRecurrence.State.zero(inputs);
    return MomentumAttention.chunkwise(inputs, PAPER, momentum, Padding.DECAY, zero, chunk);
  }

  private static Array reverse(Array tokens) {
    Array reversed = Array.zerosLike(tokens);
    int last = tokens.extent(1) - 1;
    for (int b = 0; b < tokens.extent(0); b++) {
      for (int n = 0; n <= last; n++) {
        for (int h = 0; h < tokens.extent(2); h++) {
          for (int d = 0; d < tokens.extent(3); d++) {
            reversed.set(tokens.get(b, last - n, h, d), b, n, h, d);
          }
        }
      }
    }
    return reversed;
  }
}
