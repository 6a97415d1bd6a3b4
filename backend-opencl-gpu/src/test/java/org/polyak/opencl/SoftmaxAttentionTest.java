package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.Support;

/** Each kernel, by tiles, by query and by row, against the softmax in float64. */
class SoftmaxAttentionTest {
  /** One problem. With a gap, tokens are further apart than their channels are long. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Problem(
      boolean likeGpu,
      boolean causal,
      int batch,
      int queries,
      int keys,
      int heads,
      int keyDim,
      int valueDim,
      int gap,
      int @Nullable [] lengths) {
    double scale() {
      return 1 / Math.sqrt(keyDim);
    }

    int length(int sequence) {
      return lengths == null ? keys : lengths[sequence];
    }

    @Override
    public String toString() {
      return "%s %s B%d N%d S%d H%d K%d V%d gap %d lengths %s"
          .formatted(
              likeGpu ? "gpu" : "cpu",
              causal ? "causal" : "full",
              batch,
              queries,
              keys,
              heads,
              keyDim,
              valueDim,
              gap,
              Arrays.toString(lengths));
    }
  }

  static Stream<Problem> problems() {
    return Stream.of(false, true)
        .flatMap(gpu ->
            Stream.of(
                new Problem(gpu, true, 2, 130, 130, 2, 32, 32, 0, null),
                new Problem(gpu, true, 1, 67, 67, 1, 33, 5, 0, null),
                new Problem(gpu, false, 2, 19, 45, 2, 64, 40, 0, new int[] {45, 7}),
                new Problem(gpu, true, 1, 20, 20, 2, 128, 128, 4, null),
                new Problem(gpu, true, 1, 9, 9, 1, 200, 136, 0, null),
                new Problem(gpu, false, 1, 9, 12, 1, 260, 300, 0, null),
                new Problem(gpu, true, 2, 40, 40, 3, 16, 8, 3, new int[] {0, 33}),
                new Problem(gpu, false, 3, 1, 1500, 2, 32, 32, 0, new int[] {1, 1500, 1024}),
                new Problem(gpu, false, 1, 2, 70, 1, 7, 300, 0, null)));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void outputsAndGradientsAgreeWithTheSoftmaxInDouble(Problem problem) {
    try (Backend backend = open(problem);
        Scope scope = backend.openScope("test")) {
      Run run = new Run(problem, new HostData(backend, scope));
      for (int b = 0; b < problem.batch(); b++) {
        for (int h = 0; h < problem.heads(); h++) {
          compare(problem, run, b, h);
        }
      }
    }
  }

  @Test
  void everyRunHasTheSameBits() {
    for (Problem problem : problems().toList()) {
      try (Backend backend = open(problem);
          Scope scope = backend.openScope("test")) {
        HostData data = new HostData(backend, scope);
        float[][] first = new Run(problem, data).results();
        float[][] second = new Run(problem, data).results();
        assertThat(Arrays.deepEquals(second, first)).as(problem.toString()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("problems")
  void sequencesWithoutKeysAreZeroAndPassNoGradient(Problem problem) {
    Problem empty =
        new Problem(
            problem.likeGpu(),
            problem.causal(),
            1,
            problem.queries(),
            problem.keys(),
            1,
            problem.keyDim(),
            problem.valueDim(),
            0,
            new int[] {0});
    try (Backend backend = open(empty);
        Scope scope = backend.openScope("test")) {
      Run run = new Run(empty, new HostData(backend, scope));
      assertThat(run.out).containsOnly(0);
      assertThat(run.logSumExp).containsOnly(Float.NEGATIVE_INFINITY);
      assertThat(run.dq).containsOnly(0);
      assertThat(run.dk).containsOnly(0);
      assertThat(run.dv).containsOnly(0);
    }
  }

  private static Backend open(Problem problem) {
    return problem.likeGpu() ? TestDevice.openLikeGpu() : TestDevice.open();
  }

  /** What one run read and wrote, row-major. */
  private static final class Run {
    final float[] q;
    final float[] k;
    final float[] v;
    final float[] dOut;
    final float[] out;
    final float[] logSumExp;
    final float[] dq;
    final float[] dk;
    final float[] dv;

    Run(Problem p, HostData data) {
      q = HostData.random(1, (long) p.batch() * p.queries() * p.heads() * p.keyDim());
      k = HostData.random(2, (long) p.batch() * p.keys() * p.heads() * p.keyDim());
      v = HostData.random(3, (long) p.batch() * p.keys() * p.heads() * p.valueDim());
      dOut = HostData.random(4, (long) p.batch() * p.queries() * p.heads() * p.valueDim());
      AttentionInputs inputs =
          new AttentionInputs(
              tokens(data, q, p, p.queries(), p.keyDim()),
              tokens(data, k, p, p.keys(), p.keyDim()),
              tokens(data, v, p, p.keys(), p.valueDim()),
              p.lengths() == null ? null : data.ints(p.lengths()));
      Tensor outputs = data.empty(p.batch(), p.queries(), p.heads(), p.valueDim());
      Tensor logs = data.empty(p.batch(), p.queries(), p.heads());
      AttentionGradients gradients =
          new AttentionGradients(
              data.empty(p.batch(), p.queries(), p.heads(), p.keyDim()),
              data.empty(p.batch(), p.keys(), p.heads(), p.keyDim()),
              data.empty(p.batch(), p.keys(), p.heads(), p.valueDim()),
              null);
      Support<SoftmaxAttentionKernel> support = data.backend().fused().softmaxAttention();
      SoftmaxAttentionKernel kernel = ((Support.Native<SoftmaxAttentionKernel>) support).kernel();
      kernel.forward(inputs, p.causal(), p.scale(), outputs, logs);
      Tensor outGradient = data.floats(dOut, p.batch(), p.queries(), p.heads(), p.valueDim());
      kernel.backward(inputs, p.causal(), p.scale(), outputs, logs, outGradient, gradients);
      out = data.read(outputs);
      logSumExp = data.read(logs);
      dq = data.read(gradients.queries());
      dk = data.read(gradients.keys());
      dv = data.read(gradients.values());
    }

    private static Tensor tokens(
        HostData data, float[] values, Problem p, int count, int channels) {
      long step = (long) p.heads() * channels + p.gap();
      long[] strides = {count * step, step, channels, 1};
      Shape shape = Shape.of(p.batch(), count, p.heads(), channels);
      return data.upload(values, Layout.strided(shape, strides, p.gap()));
    }

    float[][] results() {
      return new float[][] {out, logSumExp, dq, dk, dv};
    }
  }

  /** An array of rows and the sums of its terms' absolute values. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Sums(double[][] values, double[][] magnitudes) {
    Sums(int rows, int width) {
      this(new double[rows][width], new double[rows][width]);
    }

    void add(int row, double factor, double magnitude, double[] term) {
      for (int i = 0; i < term.length; i++) {
        values[row][i] += factor * term[i];
        magnitudes[row][i] += magnitude * Math.abs(term[i]);
      }
    }

    void check(String what, float[] actual, Problem p, int b, int h, double roundings) {
      int width = values[0].length;
      for (int row = 0; row < values.length; row++) {
        int at = ((b * values.length + row) * p.heads() + h) * width;
        HostData.assertClose(
            what + " row " + row,
            Arrays.copyOfRange(actual, at, at + width),
            values[row],
            magnitudes[row],
            roundings);
      }
    }
  }

  private static void compare(Problem p, Run run, int b, int h) {
    double[][] q = rows(run.q, b, p.queries(), h, p.heads(), p.keyDim());
    double[][] k = rows(run.k, b, p.keys(), h, p.heads(), p.keyDim());
    double[][] v = rows(run.v, b, p.keys(), h, p.heads(), p.valueDim());
    double[][] dOut = rows(run.dOut, b, p.queries(), h, p.heads(), p.valueDim());
    Sums out = new Sums(p.queries(), p.valueDim());
    Sums dq = new Sums(p.queries(), p.keyDim());
    Sums dk = new Sums(p.keys(), p.keyDim());
    Sums dv = new Sums(p.keys(), p.valueDim());
    double largestScore = 0;
    for (int i = 0; i < p.queries(); i++) {
      int seen = p.causal() ? Math.min(i + 1, p.length(b)) : p.length(b);
      double[] weights = new double[seen];
      double sum = 0;
      for (int j = 0; j < seen; j++) {
        weights[j] = Math.exp(p.scale() * dot(q[i], k[j], false));
        sum += weights[j];
        largestScore = Math.max(largestScore, p.scale() * dot(q[i], k[j], true));
      }
      for (int j = 0; j < seen; j++) {
        weights[j] /= sum;
        out.add(i, weights[j], weights[j], v[j]);
        dv.add(j, weights[j], weights[j], dOut[i]);
      }
      double mean = dot(out.values()[i], dOut[i], false);
      double meanMagnitude = dot(out.magnitudes()[i], dOut[i], true);
      for (int j = 0; j < seen; j++) {
        double slope = p.scale() * weights[j];
        double ds = slope * (dot(dOut[i], v[j], false) - mean);
        double magnitude = slope * (dot(dOut[i], v[j], true) + meanMagnitude);
        dq.add(i, ds, magnitude, k[j]);
        dk.add(j, ds, magnitude, q[i]);
      }
    }
    // A score's rounding, relative to its terms, becomes a relative error of its exponential.
    double roundings =
        (p.keyDim() + 4) * (largestScore + 1) + p.keys() + p.queries() + 2 * p.valueDim() + 40;
    out.check("out", run.out, p, b, h, roundings);
    dq.check("dq", run.dq, p, b, h, roundings);
    dk.check("dk", run.dk, p, b, h, roundings);
    dv.check("dv", run.dv, p, b, h, roundings);
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

  private static double dot(double[] a, double[] b, boolean absolute) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += absolute ? Math.abs(a[i] * b[i]) : a[i] * b[i];
    }
    return sum;
  }
}
