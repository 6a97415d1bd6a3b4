package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.Support;

class CpuLayerNormTest {
  private static final double EPSILON = 1e-5;

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 0, 512",
    "2, 3, 0, 0, 512",
    "37, 8, 0, 0, 128",
    "130, 33, 0, 0, 256",
    "70, 64, 0, 0, 512",
    "3, 257, 0, 0, 512",
    "1000, 48, 5, 0, 512",
    "9, 256, 1000, 0, 512",
    "5, 100, 0, 1000, 512",
    "6, 300, 7, 1000, 256"
  })
  void outputsAndGradientsAgreeWithTheDefinitionInDouble(
      int rows, int width, double offset, double start, int bits) {
    Random random = new Random(rows);
    float[] x = GuardedMemory.random(random, rows * width, 1);
    for (int i = 0; i < x.length; i++) {
      // A row may begin far from its mean.
      x[i] += (float) (i % width < 16 ? offset + start : offset);
    }
    float[] gain = GuardedMemory.random(random, width, 1);
    float[] bias = GuardedMemory.random(random, width, 1);
    float[] dOut = GuardedMemory.random(random, rows * width, 1);
    VectorWidth vectors =
        VectorWidth.ofBits(Math.min(bits, VectorWidth.preferred().bits())).orElseThrow();
    try (TestDevice device = new TestDevice(2, vectors);
        GuardedMemory memory = new GuardedMemory()) {
      Results results = run(device, memory, rows, width, x, gain, bias, dOut);
      double[] out = new double[x.length];
      double[] outSums = new double[x.length];
      double[] dx = new double[x.length];
      double[] dxSums = new double[x.length];
      double[] dGain = new double[width];
      double[] dGainSums = new double[width];
      double[] dBias = new double[width];
      double[] dBiasSums = new double[width];
      for (int row = 0; row < rows; row++) {
        int at = row * width;
        double mean = 0;
        double size = 0;
        for (int i = 0; i < width; i++) {
          mean += x[at + i] / (double) width;
          size = Math.max(size, Math.abs(x[at + i]));
        }
        double variance = 0;
        for (int i = 0; i < width; i++) {
          variance += Math.pow(x[at + i] - mean, 2) / width;
        }
        double r = 1 / Math.sqrt(variance + EPSILON);
        double plain = 0;
        double weighted = 0;
        double plainSum = 0;
        double weightedSum = 0;
        for (int i = 0; i < width; i++) {
          double normal = (x[at + i] - mean) * r;
          // The mean and the input are as large as the offset, whatever is left of them.
          double normalSum = size * r + Math.abs(normal);
          out[at + i] = normal * gain[i] + bias[i];
          outSums[at + i] = normalSum * Math.abs(gain[i]) + Math.abs(bias[i]);
          double g = dOut[at + i] * gain[i];
          plain += g / width;
          plainSum += Math.abs(g) / width;
          weighted += g * normal / width;
          weightedSum += Math.abs(g) * normalSum / width;
          dGain[i] += dOut[at + i] * normal;
          dGainSums[i] += Math.abs(dOut[at + i]) * normalSum;
          dBias[i] += dOut[at + i];
          dBiasSums[i] += Math.abs(dOut[at + i]);
        }
        for (int i = 0; i < width; i++) {
          double normal = (x[at + i] - mean) * r;
          double normalSum = size * r + Math.abs(normal);
          dx[at + i] = r * (dOut[at + i] * gain[i] - plain - normal * weighted);
          dxSums[at + i] =
              r * (Math.abs(dOut[at + i] * gain[i]) + plainSum + normalSum * weightedSum);
        }
      }
      double roundings = width / 4.0 + 24;
      Bounds.assertClose("out", GuardedMemory.read(results.out), out, outSums, roundings);
      Bounds.assertClose("dx", GuardedMemory.read(results.dx), dx, dxSums, roundings);
      Bounds.assertClose(
          "dGain", GuardedMemory.read(results.dGain), dGain, dGainSums, roundings + rows);
      Bounds.assertClose(
          "dBias", GuardedMemory.read(results.dBias), dBias, dBiasSums, roundings + rows);
      memory.assertGuardsIntact();
    }
  }

  @Test
  void resultsHaveTheSameBitsForAnyNumberOfThreads() {
    assertThat(bits(3)).isEqualTo(bits(1));
  }

  private static int[] bits(int threads) {
    Random random = new Random(1);
    int rows = 1000;
    int width = 40;
    float[] x = GuardedMemory.random(random, rows * width, 1);
    float[] parameters = GuardedMemory.random(random, width, 1);
    try (TestDevice device = new TestDevice(threads, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Results r = run(device, memory, rows, width, x, parameters, parameters, x);
      return GuardedMemory.bits(List.of(r.out, r.dx, r.dGain, r.dBias));
    }
  }

  private record Results(Tensor out, Tensor dx, Tensor dGain, Tensor dBias) {}

  private static Results run(
      TestDevice device,
      GuardedMemory memory,
      int rows,
      int width,
      float[] x,
      float[] gain,
      float[] bias,
      float[] dOut) {
    Support<LayerNormKernel> support = device.fused().layerNorm();
    LayerNormKernel kernel = ((Support.Native<LayerNormKernel>) support).kernel();
    Results results =
        new Results(
            memory.empty(rows, width),
            memory.empty(rows, width),
            memory.empty(width),
            memory.empty(width));
    Tensor in = memory.floats(x, rows, width);
    Tensor g = memory.floats(gain, width);
    Tensor saved = memory.empty(rows, 2);
    kernel.forward(in, g, memory.floats(bias, width), EPSILON, results.out, saved);
    kernel.backward(
        in, g, saved, memory.floats(dOut, rows, width), results.dx, results.dGain, results.dBias);
    return results;
  }
}
