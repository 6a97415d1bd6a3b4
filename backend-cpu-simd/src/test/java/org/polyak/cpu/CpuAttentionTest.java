package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

class CpuAttentionTest {
  private static final int[] TOKENS = {1, 2, 37, 65, 130};
  private static final int[] CHANNELS = {1, 3, 8, 32, 33, 64};
  private static final int[] CHUNKS = {1, 7, 16, 64, 1000};
  private static final double[] BETAS = {0, 1e-30, 0.05, 0.6, 0.9, 1 - 1e-6};

  static List<AttentionCase> cases() {
    List<AttentionCase> cases = new ArrayList<>();
    for (int seed = 0; seed < 160; seed++) {
      Random random = new Random(seed);
      boolean causal = random.nextInt(4) > 0;
      int queries = pick(TOKENS, random);
      int keys = causal ? queries : pick(TOKENS, random);
      int batch = 1 + random.nextInt(2);
      int[] lengths = null;
      if (random.nextInt(3) == 0) {
        lengths = new int[batch];
        for (int b = 0; b < batch; b++) {
          lengths[b] = random.nextInt(keys + 1);
        }
      }
      boolean positive = random.nextBoolean();
      UpdateRule rule =
          causal && random.nextInt(4) > 0
              ? new UpdateRule.Momentum(
                  BETAS[random.nextInt(BETAS.length)], 0.1 + 2 * random.nextDouble())
              : new UpdateRule.Additive();
      Schedule schedule =
          switch (random.nextInt(4)) {
            case 0 -> new Schedule.Recurrent();
            case 1 -> new Schedule.Automatic();
            default -> new Schedule.Chunked(pick(CHUNKS, random));
          };
      // A sum of keys of either sign may vanish; the definition itself is then ill-conditioned.
      Normaliser normaliser =
          positive
              ? new Normaliser.KeySum(1e-6)
              : random.nextBoolean() ? new Normaliser.None() : new Normaliser.SquareRootLength();
      FeatureMap map =
          positive || random.nextBoolean() ? FeatureMap.ELU_PLUS_ONE : FeatureMap.IDENTITY;
      Padding padding = random.nextBoolean() ? Padding.DECAY : Padding.FREEZE;
      cases.add(
          new AttentionCase(
              new AttentionSpec(map, normaliser, rule, causal, padding, schedule),
              batch,
              queries,
              keys,
              1 + random.nextInt(3),
              pick(CHANNELS, random),
              pick(CHANNELS, random),
              lengths,
              causal && random.nextBoolean(),
              seed));
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsStatesAndGradientsAgreeWithTheRecurrenceInDouble(AttentionCase problem) {
    try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      AttentionCase.Run run = problem.new Run(memory, device.fused());
      for (int b = 0; b < problem.batch(); b++) {
        for (int h = 0; h < problem.heads(); h++) {
          compare(problem, run, b, h);
        }
      }
      memory.assertGuardsIntact();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyVectorWidthAgreesWithTheRecurrenceInDouble(VectorWidth width) {
    try (TestDevice device = new TestDevice(1, width);
        GuardedMemory memory = new GuardedMemory()) {
      for (AttentionCase problem : cases().subList(0, 40)) {
        AttentionCase.Run run = problem.new Run(memory, device.fused());
        compare(problem, run, problem.batch() - 1, problem.heads() - 1);
      }
      memory.assertGuardsIntact();
    }
  }

  @Test
  void resultsHaveTheSameBitsForAnyNumberOfThreads() {
    for (AttentionCase problem : cases().subList(0, 30)) {
      assertThat(bits(problem, 3)).as(problem.toString()).isEqualTo(bits(problem, 1));
    }
  }

  @Test
  void momentumWithZeroBetaAndUnitGammaEqualsLinearAttentionBitForBit() {
    for (AttentionCase problem : cases().subList(0, 60)) {
      AttentionSpec linear = problem.spec();
      if (linear.causal()) {
        AttentionCase additive = with(problem, new UpdateRule.Additive());
        AttentionCase momentum = with(problem, new UpdateRule.Momentum(0, 1));
        assertThat(bits(momentum, 1)).as(problem.toString()).isEqualTo(bits(additive, 1));
      }
    }
  }

  @Test
  void tokenByTokenWithAStateInPlaceEqualsTheWholeSequence() {
    int tokens = 70;
    int keyDim = 33;
    int valueDim = 20;
    int heads = 2;
    for (UpdateRule rule :
        List.of(
            new UpdateRule.Additive(),
            new UpdateRule.Momentum(0, 0.7),
            new UpdateRule.Momentum(0.9, 0.3),
            new UpdateRule.Momentum(1 - 1e-6, 0.3))) {
      for (Normaliser normaliser : List.of(new Normaliser.KeySum(1e-6), new Normaliser.None())) {
        AttentionSpec spec =
            new AttentionSpec(
                FeatureMap.ELU_PLUS_ONE,
                normaliser,
                rule,
                true,
                Padding.DECAY,
                new Schedule.Automatic());
        try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
            GuardedMemory memory = new GuardedMemory()) {
          AttentionCase problem =
              new AttentionCase(spec, 1, tokens, tokens, heads, keyDim, valueDim, null, false, 5);
          AttentionCase.Run run = problem.new Run(memory, device.fused());
          AttentionKernel kernel = kernel(device.fused(), spec);
          AttentionState state = zeros(memory, problem);
          Tensor q = memory.floats(run.q, 1, tokens, heads, keyDim);
          Tensor k = memory.floats(run.k, 1, tokens, heads, keyDim);
          Tensor v = memory.floats(run.v, 1, tokens, heads, valueDim);
          Tensor out = memory.empty(1, 1, heads, valueDim);
          float[] whole = GuardedMemory.read(run.out);
          for (int t = 0; t < tokens; t++) {
            AttentionInputs token =
                new AttentionInputs(
                    q.slice(1, t, t + 1), k.slice(1, t, t + 1), v.slice(1, t, t + 1), null);
            kernel.forward(token, state, out, state, null);
            float[] actual = GuardedMemory.read(out);
            for (int h = 0; h < heads; h++) {
              double[][] magnitude = run.reference(0, h).magnitude(run.normalisation()).out;
              for (int j = 0; j < valueDim; j++) {
                int at = h * valueDim + j;
                double bound = 2 * roundings(problem) * Bounds.UNIT_ROUND_OFF * magnitude[t][j];
                assertThat((double) actual[at])
                    .as("%s token %d", rule, t)
                    .isBetween(
                        whole[t * heads * valueDim + at] - bound,
                        whole[t * heads * valueDim + at] + bound);
              }
            }
          }
          memory.assertGuardsIntact();
        }
      }
    }
  }

  @Test
  void theReferenceGradientIsThatOfFiniteDifferences() {
    for (AttentionCase problem : cases().subList(0, 25)) {
      try (TestDevice device = new TestDevice(1, VectorWidth.preferred());
          GuardedMemory memory = new GuardedMemory()) {
        AttentionCase.Run run = problem.new Run(memory, device.fused());
        AttentionReference reference = run.reference(0, 0);
        AttentionReference.Normalisation normalisation = run.normalisation();
        assertDerivative(reference, normalisation, reference.q[0], reference.dq[0]);
        if (reference.length > 0) {
          assertDerivative(reference, normalisation, reference.k[0], reference.dk[0]);
          assertDerivative(reference, normalisation, reference.v[0], reference.dv[0]);
        }
        assertDerivative(reference, normalisation, reference.s0[0], reference.dS[0]);
        assertDerivative(reference, normalisation, reference.n0[0], reference.dN[0]);
        assertDerivative(reference, normalisation, reference.z0, reference.dZ);
      }
    }
  }

  private static void assertDerivative(
      AttentionReference reference,
      AttentionReference.Normalisation normalisation,
      double[] variable,
      double[] gradient) {
    double step = 1e-5;
    double before = variable[0];
    variable[0] = before + step;
    double above = loss(reference, normalisation);
    variable[0] = before - step;
    double below = loss(reference, normalisation);
    variable[0] = before;
    double slope = (above - below) / (2 * step);
    // The difference of two losses keeps their rounding, divided by the step.
    double scale = 1 + Math.abs(slope) + Math.abs(above);
    assertThat(gradient[0]).isBetween(slope - 1e-7 * scale, slope + 1e-7 * scale);
  }

  private static double loss(
      AttentionReference reference, AttentionReference.Normalisation normalisation) {
    reference.forward(normalisation);
    double loss = dot(reference.out, reference.dOut) + dot(reference.s, reference.dLastS);
    loss += dot(reference.n, reference.dLastN);
    return loss + dot(new double[][] {reference.z}, new double[][] {reference.dLastZ});
  }

  private static double dot(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }

  /**
   * A term passes one rounding per token in each of two states, one per channel in the read-out, as
   * many in the denominator (twice in gradients), and a few in the feature map and the weights.
   */
  private static double roundings(AttentionCase problem) {
    int tokens = Math.max(problem.keys(), problem.queries());
    return 4 * tokens + 3 * Math.max(problem.keyDim(), problem.valueDim()) + 40;
  }

  private static void compare(
      AttentionCase problem, AttentionCase.Run run, int sequence, int head) {
    AttentionReference expected = run.reference(sequence, head);
    AttentionReference sums = expected.magnitude(run.normalisation());
    chain(problem, problem.queries(), expected.q, expected.dq, sums.dq);
    chain(problem, expected.length, expected.k, expected.dk, sums.dk);
    double roundings = roundings(problem);
    int n = problem.queries();
    int s = problem.keys();
    check("out", rows(run, run.out, sequence, n, head), expected.out, sums.out, roundings);
    check("dq", rows(run, run.dq, sequence, n, head), expected.dq, sums.dq, roundings);
    check("dk", rows(run, run.dk, sequence, s, head), expected.dk, sums.dk, roundings);
    check("dv", rows(run, run.dv, sequence, s, head), expected.dv, sums.dv, roundings);
    if (run.last != null && run.initialGradient != null) {
      state(
          "last",
          run,
          run.last,
          sequence,
          head,
          expected.s,
          sums.s,
          expected.n,
          sums.n,
          expected.z,
          sums.z,
          roundings);
      state(
          "initial gradient",
          run,
          run.initialGradient,
          sequence,
          head,
          expected.dS,
          sums.dS,
          expected.dN,
          sums.dN,
          expected.dZ,
          sums.dZ,
          roundings);
    }
  }

  private static void state(
      String what,
      AttentionCase.Run run,
      AttentionState actual,
      int sequence,
      int head,
      double[][] s,
      double[][] sSums,
      double[][] n,
      double[][] nSums,
      double[] z,
      double[] zSums,
      double roundings) {
    check(what + " S", run.matrix(actual.memory(), sequence, head, 1), s, sSums, roundings);
    if (actual.momentum() != null) {
      check(what + " n", run.matrix(actual.momentum(), sequence, head, -1), n, nSums, roundings);
    }
    if (actual.keySum() != null) {
      double[][] sum = {run.vector(actual.keySum(), sequence, head)};
      check(what + " z", sum, new double[][] {z}, new double[][] {zSums}, roundings);
    }
  }

  private static double[][] rows(
      AttentionCase.Run run, Tensor tensor, int sequence, int count, int head) {
    return run.rows(GuardedMemory.read(tensor), sequence, count, head, tensor.shape().dim(3));
  }

  /** From gradients for φ(x) to gradients for x. */
  private static void chain(
      AttentionCase problem,
      int count,
      double[][] mapped,
      double[][] gradient,
      double[][] magnitude) {
    for (int t = 0; t < count && problem.spec().featureMap() == FeatureMap.ELU_PLUS_ONE; t++) {
      for (int i = 0; i < mapped[t].length; i++) {
        gradient[t][i] *= Math.min(1, mapped[t][i]);
        magnitude[t][i] *= Math.min(1, mapped[t][i]);
      }
    }
  }

  private static void check(
      String what, double[][] actual, double[][] expected, double[][] magnitude, double roundings) {
    for (int row = 0; row < expected.length; row++) {
      float[] floats = new float[expected[row].length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) actual[row][i];
      }
      Bounds.assertClose(what + " row " + row, floats, expected[row], magnitude[row], roundings);
    }
  }

  private static int[] bits(AttentionCase problem, int threads) {
    try (TestDevice device = new TestDevice(threads, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      AttentionCase.Run run = problem.new Run(memory, device.fused());
      List<Tensor> results = new ArrayList<>(List.of(run.out, run.dq, run.dk, run.dv));
      if (run.last != null && run.initialGradient != null) {
        results.add(run.last.memory());
        results.add(run.initialGradient.memory());
      }
      return GuardedMemory.bits(results);
    }
  }

  /** Without states: the additive rule has no gradient of a last momentum. */
  private static AttentionCase with(AttentionCase problem, UpdateRule rule) {
    AttentionSpec spec = problem.spec();
    return new AttentionCase(
        new AttentionSpec(
            spec.featureMap(), spec.normaliser(), rule, true, spec.padding(), spec.schedule()),
        problem.batch(),
        problem.queries(),
        problem.keys(),
        problem.heads(),
        problem.keyDim(),
        problem.valueDim(),
        problem.lengths(),
        false,
        problem.seed());
  }

  private static AttentionState zeros(GuardedMemory memory, AttentionCase problem) {
    int heads = problem.heads();
    int size = heads * problem.keyDim() * problem.valueDim();
    return new AttentionState(
        memory.floats(new float[size], 1, heads, problem.keyDim(), problem.valueDim()),
        problem.hasMomentum()
            ? memory.floats(new float[size], 1, heads, problem.keyDim(), problem.valueDim())
            : null,
        problem.hasKeySum()
            ? memory.floats(new float[heads * problem.keyDim()], 1, heads, problem.keyDim())
            : null);
  }

  private static AttentionKernel kernel(FusedKernels kernels, AttentionSpec spec) {
    return ((Support.Native<AttentionKernel>) kernels.attention(spec)).kernel();
  }

  private static int pick(int[] values, Random random) {
    return values[random.nextInt(values.length)];
  }
}
