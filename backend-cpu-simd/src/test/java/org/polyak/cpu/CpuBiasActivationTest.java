package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.Support;

class CpuBiasActivationTest {
  private static final int[][] SIZES = {{1, 1}, {2, 3}, {37, 33}, {300, 64}, {5, 130}};

  @ParameterizedTest
  @EnumSource
  void outputsAndGradientsAgreeWithTheDefinitionInDouble(Activation activation) {
    for (int[] size : SIZES) {
      int rows = size[0];
      int width = size[1];
      Random random = new Random(rows);
      float[] x = GuardedMemory.random(random, rows * width, 3);
      float[] bias = GuardedMemory.random(random, width, 1);
      float[] dOut = GuardedMemory.random(random, rows * width, 1);
      try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
          GuardedMemory memory = new GuardedMemory()) {
        BiasActivationKernel kernel = kernel(device, activation);
        Tensor in = memory.floats(x, rows, width);
        Tensor b = memory.floats(bias, width);
        Tensor out = memory.empty(rows, width);
        Tensor dIn = memory.floats(dOut, rows, width);
        Tensor dBias = memory.empty(width);
        kernel.forward(in, b, out);
        kernel.backward(in, b, dIn, dIn, dBias);
        double[] values = new double[x.length];
        double[] gradients = new double[x.length];
        double[] valueSums = new double[x.length];
        double[] gradientSums = new double[x.length];
        double[] biasGradients = new double[width];
        double[] biasSums = new double[width];
        for (int i = 0; i < x.length; i++) {
          double v = x[i] + (double) bias[i % width];
          values[i] = value(activation, v);
          // The sum x + bias is rounded; the slopes of all four functions are at most 1.2.
          valueSums[i] = 2 * (Math.abs(x[i]) + Math.abs(bias[i % width]));
          gradients[i] = dOut[i] * slope(activation, v);
          gradientSums[i] = Math.abs(dOut[i]) * (2 + valueSums[i]);
          biasGradients[i % width] += gradients[i];
          biasSums[i % width] += gradientSums[i];
        }
        Bounds.assertClose("out", GuardedMemory.read(out), values, valueSums, 8);
        Bounds.assertClose("dIn", GuardedMemory.read(dIn), gradients, gradientSums, 12);
        Bounds.assertClose("dBias", GuardedMemory.read(dBias), biasGradients, biasSums, 12 + rows);
        memory.assertGuardsIntact();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theBiasGradientHasTheSameBitsForAnyNumberOfThreads(Activation activation) {
    assertThat(biasGradient(activation, 3)).isEqualTo(biasGradient(activation, 1));
  }

  private static float[] biasGradient(Activation activation, int threads) {
    int rows = 2000;
    int width = 20;
    float[] x = GuardedMemory.random(new Random(7), rows * width, 1);
    try (TestDevice device = new TestDevice(threads, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Tensor in = memory.floats(x, rows, width);
      Tensor gradient = memory.empty(width);
      kernel(device, activation)
          .backward(
              in, memory.floats(new float[width], width), in, memory.empty(rows, width), gradient);
      return GuardedMemory.read(gradient);
    }
  }

  private static BiasActivationKernel kernel(TestDevice device, Activation activation) {
    Support<BiasActivationKernel> support = device.fused().biasActivation(activation);
    return ((Support.Native<BiasActivationKernel>) support).kernel();
  }

  private static double value(Activation activation, double v) {
    return switch (activation) {
      case IDENTITY -> v;
      case RELU -> Math.max(v, 0);
      case GELU -> v * normalProbability(v);
      case SILU -> v / (1 + Math.exp(-v));
    };
  }

  private static double slope(Activation activation, double v) {
    return switch (activation) {
      case IDENTITY -> 1;
      case RELU -> v > 0 ? 1 : 0;
      case GELU -> normalProbability(v) + v * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
      case SILU -> {
        double s = 1 / (1 + Math.exp(-v));
        yield s * (1 + v * (1 - s));
      }
    };
  }

  /** Φ(v), by Simpson's rule from 0 with an error below 1e-12. */
  private static double normalProbability(double v) {
    int steps = 2000;
    double end = Math.min(Math.abs(v), 12);
    double width = end / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double t = i * width;
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-t * t / 2);
    }
    return 0.5 + Math.signum(v) * sum * width / 3 / Math.sqrt(2 * Math.PI);
  }
}
