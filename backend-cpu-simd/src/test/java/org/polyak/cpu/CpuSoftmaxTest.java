package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;
import org.polyak.spi.fused.Support;

class CpuSoftmaxTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 512",
    "2, 3, 1, 512",
    "37, 11, 5, 128",
    "130, 33, 1, 256",
    "9, 256, 100, 512",
    "700, 64, 3, 512",
    "3, 5000, 1, 512"
  })
  void resultsAndGradientsAgreeWithTheDefinitionInDouble(
      int rows, int width, double deviation, int bits) {
    Random random = new Random(rows);
    float[] x = GuardedMemory.random(random, rows * width, deviation);
    float[] dOut = GuardedMemory.random(random, rows * width, 1);
    VectorWidth vectors =
        VectorWidth.ofBits(Math.min(bits, VectorWidth.preferred().bits())).orElseThrow();
    try (TestDevice device = new TestDevice(2, vectors);
        GuardedMemory memory = new GuardedMemory()) {
      SoftmaxKernel kernel = kernel(device);
      Tensor out = memory.empty(rows, width);
      Tensor inGradient = memory.empty(rows, width);
      kernel.forward(memory.floats(x, rows, width), out);
      kernel.backward(out, memory.floats(dOut, rows, width), inGradient);
      double[] y = new double[x.length];
      double[] sizes = new double[x.length];
      double[] dx = new double[x.length];
      double[] dxSizes = new double[x.length];
      for (int at = 0; at < x.length; at += width) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = at; i < at + width; i++) {
          largest = Math.max(largest, x[i]);
        }
        double sum = 0;
        for (int i = at; i < at + width; i++) {
          sum += Math.exp(x[i] - largest);
        }
        double mean = 0;
        double size = 0;
        for (int i = at; i < at + width; i++) {
          y[i] = Math.exp(x[i] - largest) / sum;
          // The distance from the largest element is rounded before it is exponentiated.
          sizes[i] = y[i] * (1 + largest - x[i]);
          mean += y[i] * dOut[i];
          size += sizes[i] * Math.abs(dOut[i]);
        }
        for (int i = at; i < at + width; i++) {
          dx[i] = y[i] * (dOut[i] - mean);
          dxSizes[i] = sizes[i] * (Math.abs(dOut[i]) + size);
        }
      }
      double roundings = width / 4.0 + 20;
      Bounds.assertClose("out", GuardedMemory.read(out), y, sizes, roundings);
      Bounds.assertClose("gradient", GuardedMemory.read(inGradient), dx, dxSizes, 2 * roundings);
      memory.assertGuardsIntact();
    }
  }

  @Test
  void aRowIsNaNWhereItsSumMeansNothingAndOnlyThere() {
    float infinity = Float.POSITIVE_INFINITY;
    try (TestDevice device = new TestDevice(1, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Tensor out = memory.empty(5, 2);
      float[] rows = {0, Float.NaN, 1, infinity, -infinity, -infinity, -infinity, 3, 3e38f, -3e38f};
      kernel(device).forward(memory.floats(rows, 5, 2), out);
      float nan = Float.NaN;
      assertThat(GuardedMemory.read(out)).containsExactly(nan, nan, nan, nan, nan, nan, 0, 1, 1, 0);
    }
  }

  private static SoftmaxKernel kernel(TestDevice device) {
    Support<SoftmaxKernel> support = device.fused().softmax();
    return ((Support.Native<SoftmaxKernel>) support).kernel();
  }
}
