package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.Support;

/** Rows of every width in both variants, against the definition in float64. */
class LayerNormTest {
  private static final double EPSILON = 1e-5;

  /** A matrix, and where it begins. */
  record Case(boolean likeGpu, int rows, int width, int shift) {}

  static Stream<Case> cases() {
    return Stream.of(false, true)
        .flatMap(gpu ->
            Stream.of(
                new Case(gpu, 5, 3, 0),
                new Case(gpu, 130, 33, 0),
                new Case(gpu, 9, 256, 0),
                new Case(gpu, 9, 256, 1),
                new Case(gpu, 3, 1027, 0),
                new Case(gpu, 3, 5000, 0),
                new Case(gpu, 9001, 4, 0)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAndGradientsAgreeWithTheDefinitionInDouble(Case c) {
    int width = c.width();
    float[] x = HostData.random(1, (long) c.rows() * width);
    float[] gain = HostData.random(2, width);
    float[] bias = HostData.random(3, width);
    float[] dOut = HostData.random(4, x.length);
    double[][] values = new double[4][];
    double[][] sums = new double[4][];
    for (int i = 0; i < 4; i++) {
      values[i] = new double[i < 2 ? x.length : width];
      sums[i] = new double[values[i].length];
    }
    for (int row = 0; row < c.rows(); row++) {
      define(row * width, width, x, gain, bias, dOut, values, sums);
    }
    List<float[]> actual = run(c, x, gain, bias, dOut);
    double roundings = width / 4.0 + 24;
    HostData.assertClose("out", actual.get(0), values[0], sums[0], roundings);
    HostData.assertClose("dx", actual.get(1), values[1], sums[1], roundings);
    HostData.assertClose("dGain", actual.get(2), values[2], sums[2], roundings + c.rows());
    HostData.assertClose("dBias", actual.get(3), values[3], sums[3], roundings + c.rows());
  }

  @Test
  void everyRunHasTheSameBits() {
    Case c = new Case(true, 1000, 40, 0);
    float[] x = HostData.random(1, 40_000);
    float[] parameters = HostData.random(2, 40);
    List<float[]> first = run(c, x, parameters, parameters, x);
    List<float[]> second = run(c, x, parameters, parameters, x);
    for (int i = 0; i < first.size(); i++) {
      assertThat(second.get(i)).isEqualTo(first.get(i));
    }
  }

  /** Output, dx, dgain and dbias of one row, with the sums of their terms' absolute values. */
  private static void define(
      int at,
      int width,
      float[] x,
      float[] gain,
      float[] bias,
      float[] dOut,
      double[][] values,
      double[][] sums) {
    double mean = 0;
    double size = 0;
    for (int i = 0; i < width; i++) {
      mean += x[at + i] / (double) width;
      size = Math.max(size, Math.abs(x[at + i]));
    }
    double variance = 0;
    for (int i = 0; i < width; i++) {
      variance += (x[at + i] - mean) * (x[at + i] - mean) / width;
    }
    double r = 1 / Math.sqrt(variance + EPSILON);
    double plain = 0;
    double weighted = 0;
    double plainSum = 0;
    double weightedSum = 0;
    for (int i = 0; i < width; i++) {
      double normal = (x[at + i] - mean) * r;
      double normalSum = size * r + Math.abs(normal);
      values[0][at + i] = normal * gain[i] + bias[i];
      sums[0][at + i] = normalSum * Math.abs(gain[i]) + Math.abs(bias[i]);
      double g = dOut[at + i] * (double) gain[i];
      plain += g / width;
      plainSum += Math.abs(g) / width;
      weighted += g * normal / width;
      weightedSum += Math.abs(g) * normalSum / width;
      values[2][i] += dOut[at + i] * normal;
      sums[2][i] += Math.abs(dOut[at + i]) * normalSum;
      values[3][i] += dOut[at + i];
      sums[3][i] += Math.abs(dOut[at + i]);
    }
    for (int i = 0; i < width; i++) {
      double normal = (x[at + i] - mean) * r;
      double g = dOut[at + i] * (double) gain[i];
      values[1][at + i] = r * (g - plain - normal * weighted);
      sums[1][at + i] = r * (Math.abs(g) + plainSum + (size * r + Math.abs(normal)) * weightedSum);
    }
  }

  private static List<float[]> run(Case c, float[] x, float[] gain, float[] bias, float[] dOut) {
    try (Backend backend = c.likeGpu() ? TestDevice.openLikeGpu() : TestDevice.open();
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Support<LayerNormKernel> support = backend.fused().layerNorm();
      LayerNormKernel kernel = ((Support.Native<LayerNormKernel>) support).kernel();
      Shape shape = Shape.of(c.rows(), c.width());
      Tensor in =
          data.upload(x, Layout.strided(shape, Layout.contiguous(shape).strides(), c.shift()));
      Tensor g = data.floats(gain, c.width());
      Tensor out = data.empty(c.rows(), c.width());
      Tensor saved = data.empty(c.rows(), 2);
      Tensor dx = data.empty(c.rows(), c.width());
      Tensor dGain = data.empty(c.width());
      Tensor dBias = data.empty(c.width());
      kernel.forward(in, g, data.floats(bias, c.width()), EPSILON, out, saved);
      kernel.backward(in, g, saved, data.floats(dOut, c.rows(), c.width()), dx, dGain, dBias);
      return List.of(data.read(out), data.read(dx), data.read(dGain), data.read(dBias));
    }
  }
}
