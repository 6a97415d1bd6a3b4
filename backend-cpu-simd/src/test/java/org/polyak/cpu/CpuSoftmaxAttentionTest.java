package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.Support;

class CpuSoftmaxAttentionTest {
  /** One problem; scores have about the given standard deviation. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(
      boolean causal,
      int batch,
      int queries,
      int keys,
      int heads,
      int keyDim,
      int valueDim,
      int @Nullable [] lengths,
      double deviation,
      long seed) {
    double scale() {
      return 1 / Math.sqrt(keyDim);
    }

    @Override
    public String toString() {
      return "causal %s b%d n%d s%d h%d k%d v%d lengths %s deviation %s"
          .formatted(
              causal,
              batch,
              queries,
              keys,
              heads,
              keyDim,
              valueDim,
              Arrays.toString(lengths),
              deviation);
    }
  }

  /** What one run reads and writes. */
  private static final class Run {
    final float[] q;
    final float[] k;
    final float[] v;
    final float[] dOut;
    final Tensor out;
    final Tensor logSumExp;
    final Tensor dq;
    final Tensor dk;
    final Tensor dv;

    Run(Case problem, GuardedMemory memory, CpuFusedKernels kernels) {
      int b = problem.batch();
      int n = problem.queries();
      int s = problem.keys();
      int h = problem.heads();
      Random random = new Random(problem.seed());
      q = GuardedMemory.random(random, b * n * h * problem.keyDim(), problem.deviation());
      k = GuardedMemory.random(random, b * s * h * problem.keyDim(), 1);
      v = GuardedMemory.random(random, b * s * h * problem.valueDim(), 1);
      dOut = GuardedMemory.random(random, b * n * h * problem.valueDim(), 1);
      AttentionInputs inputs =
          new AttentionInputs(
              memory.strided(q, b, n, h, problem.keyDim()),
              memory.strided(k, b, s, h, problem.keyDim()),
              memory.strided(v, b, s, h, problem.valueDim()),
              problem.lengths() == null ? null : memory.ints(problem.lengths()));
      out = memory.empty(b, n, h, problem.valueDim());
      logSumExp = memory.empty(b, n, h);
      dq = memory.empty(b, n, h, problem.keyDim());
      dk = memory.empty(b, s, h, problem.keyDim());
      dv = memory.empty(b, s, h, problem.valueDim());
      Support<SoftmaxAttentionKernel> support = kernels.softmaxAttention();
      SoftmaxAttentionKernel kernel = ((Support.Native<SoftmaxAttentionKernel>) support).kernel();
      kernel.forward(inputs, problem.causal(), problem.scale(), out, logSumExp);
      kernel.backward(
          inputs,
          problem.causal(),
          problem.scale(),
          out,
          logSumExp,
          memory.floats(dOut, b, n, h, problem.valueDim()),
          new AttentionGradients(dq, dk, dv, null));
    }
  }

  static List<Case> cases() {
    int[] tokens = {1, 2, 4, 5, 37, 130, 300};
    int[] channels = {1, 3, 8, 32, 33, 64};
    List<Case> cases = new ArrayList<>();
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      boolean causal = random.nextBoolean();
      int keys = tokens[random.nextInt(tokens.length)];
      int queries = causal ? keys : tokens[random.nextInt(tokens.length)];
      int batch = 1 + random.nextInt(2);
      int[] lengths = random.nextInt(3) > 0 ? null : random.ints(batch, 0, keys + 1).toArray();
      cases.add(
          new Case(
              causal,
              batch,
              queries,
              keys,
              1 + random.nextInt(3),
              channels[random.nextInt(channels.length)],
              channels[random.nextInt(channels.length)],
              lengths,
              random.nextInt(4) == 0 ? 30 : 1,
              seed));
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndGradientsAgreeWithTheSoftmaxInDouble(Case problem) {
    try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Run run = new Run(problem, memory, device.fused());
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
  void everyVectorWidthAgreesWithTheSoftmaxInDouble(VectorWidth width) {
    try (TestDevice device = new TestDevice(1, width);
        GuardedMemory memory = new GuardedMemory()) {
      for (Case problem : cases().subList(0, 20)) {
        compare(problem, new Run(problem, memory, device.fused()), 0, 0);
      }
    }
  }

  @Test
  void resultsHaveTheSameBitsForAnyNumberOfThreads() {
    for (Case problem : cases().subList(0, 20)) {
      assertThat(bits(problem, 3)).as(problem.toString()).isEqualTo(bits(problem, 1));
    }
  }

  @Test
  void rowsThatSeeNoKeyAreZeroAndPassNoGradient() {
    Case problem = new Case(false, 1, 6, 9, 2, 8, 8, new int[] {0}, 1, 3);
    try (TestDevice device = new TestDevice(1, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Run run = new Run(problem, memory, device.fused());
      assertThat(GuardedMemory.read(run.out)).containsOnly(0);
      assertThat(GuardedMemory.read(run.logSumExp)).containsOnly(Float.NEGATIVE_INFINITY);
      assertThat(GuardedMemory.read(run.dq)).containsOnly(0);
      assertThat(GuardedMemory.read(run.dk)).containsOnly(0);
      assertThat(GuardedMemory.read(run.dv)).containsOnly(0);
    }
  }

  private static int[] bits(Case problem, int threads) {
    try (TestDevice device = new TestDevice(threads, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Run run = new Run(problem, memory, device.fused());
      return GuardedMemory.bits(List.of(run.out, run.logSumExp, run.dq, run.dk, run.dv));
    }
  }

  private static void compare(Case problem, Run run, int b, int h) {
    int n = problem.queries();
    int s = problem.keys();
    int kd = problem.keyDim();
    int vd = problem.valueDim();
    int length = problem.lengths() == null ? s : problem.lengths()[b];
    double[][] q = rows(run.q, b, n, h, problem.heads(), kd);
    double[][] k = rows(run.k, b, s, h, problem.heads(), kd);
    double[][] v = rows(run.v, b, s, h, problem.heads(), vd);
    double[][] dOut = rows(run.dOut, b, n, h, problem.heads(), vd);
    double[][] out = new double[n][vd];
    double[][] outSums = new double[n][vd];
    double[][] dq = new double[n][kd];
    double[][] dqSums = new double[n][kd];
    double[][] dk = new double[s][kd];
    double[][] dkSums = new double[s][kd];
    double[][] dv = new double[s][vd];
    double[][] dvSums = new double[s][vd];
    double largestScore = 0;
    for (int i = 0; i < n; i++) {
      int seen = problem.causal() ? Math.min(i + 1, length) : length;
      double[] p = new double[seen];
      double largest = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < seen; j++) {
        p[j] = problem.scale() * dot(q[i], k[j]);
        largest = Math.max(largest, p[j]);
        largestScore = Math.max(largestScore, problem.scale() * absoluteDot(q[i], k[j]));
      }
      double sum = 0;
      for (int j = 0; j < seen; j++) {
        p[j] = Math.exp(p[j] - largest);
        sum += p[j];
      }
      for (int j = 0; j < seen; j++) {
        p[j] /= sum;
        add(out[i], outSums[i], p[j], v[j]);
        add(dv[j], dvSums[j], p[j], dOut[i]);
      }
      double mean = dot(out[i], dOut[i]);
      double meanSum = absoluteDot(outSums[i], dOut[i]);
      for (int j = 0; j < seen; j++) {
        double slope = problem.scale() * p[j];
        double dp = dot(dOut[i], v[j]);
        double dpSum = absoluteDot(dOut[i], v[j]) + meanSum;
        add(dq[i], dqSums[i], slope * (dp - mean), k[j]);
        add(dk[j], dkSums[j], slope * (dp - mean), q[i]);
        addMagnitude(dqSums[i], slope * dpSum, k[j]);
        addMagnitude(dkSums[j], slope * dpSum, q[i]);
      }
    }
    // A score's rounding, relative to its terms, becomes a relative error of its exponential.
    double roundings = (kd + 4) * (largestScore + 1) + s + n + 2 * vd + 40;
    String what = problem + " head " + h + " ";
    check(what + "out", run.out, b, h, out, outSums, roundings);
    check(what + "dq", run.dq, b, h, dq, dqSums, roundings);
    check(what + "dk", run.dk, b, h, dk, dkSums, roundings);
    check(what + "dv", run.dv, b, h, dv, dvSums, roundings);
  }

  private static void check(
      String what,
      Tensor actual,
      int b,
      int h,
      double[][] expected,
      double[][] sums,
      double roundings) {
    int heads = actual.shape().dim(2);
    int width = actual.shape().dim(3);
    float[] all = GuardedMemory.read(actual);
    for (int row = 0; row < expected.length; row++) {
      int at = ((b * expected.length + row) * heads + h) * width;
      float[] values = Arrays.copyOfRange(all, at, at + width);
      Bounds.assertClose(what + " row " + row, values, expected[row], sums[row], roundings);
    }
  }

  private static double[][] rows(float[] from, int b, int count, int h, int heads, int width) {
    double[][] rows = new double[count][width];
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < width; i++) {
        rows[row][i] = from[((b * count + row) * heads + h) * width + i];
      }
    }
    return rows;
  }

  private static void add(double[] sum, double[] magnitude, double factor, double[] term) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * term[i];
    }
    addMagnitude(magnitude, Math.abs(factor), term);
  }

  private static void addMagnitude(double[] magnitude, double factor, double[] term) {
    for (int i = 0; i < magnitude.length; i++) {
      magnitude[i] += factor * Math.abs(term[i]);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double absoluteDot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] * b[i]);
    }
    return sum;
  }
}
