package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.Support;

class CpuLogisticMixtureTest {
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 3, 1", "300, 10, 1", "37, 5, 1.5"})
  void lossesAgreeWithTheDefinitionAndGradientsWithFiniteDifferences(
      int rows, int components, double deviation) {
    Random random = new Random(rows);
    int width = 3 * components;
    float[] p = GuardedMemory.random(random, rows * width, deviation);
    float[] y = new float[rows];
    float[] dLoss = GuardedMemory.random(random, rows, 1);
    for (int row = 0; row < rows; row++) {
      int pixel = row % 7 == 0 ? 0 : row % 7 == 1 ? 255 : random.nextInt(256);
      y[row] = (float) (2.0 * pixel / 255 - 1);
      for (int i = 0; i < components; i++) {
        p[row * width + 2 * components + i] -= 2.5f;
      }
    }
    try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      LogisticMixtureKernel kernel = kernel(device);
      Tensor parameters = memory.floats(p, rows, width);
      Tensor targets = memory.floats(y, rows);
      Tensor losses = memory.empty(rows);
      Tensor gradients = memory.empty(rows, width);
      kernel.forward(parameters, targets, losses);
      kernel.backward(parameters, targets, memory.floats(dLoss, rows), gradients);
      float[] actual = GuardedMemory.read(gradients);
      double step = 1e-6;
      for (int row = 0; row < rows; row++) {
        double[] x = new double[width];
        for (int i = 0; i < width; i++) {
          x[i] = p[row * width + i];
        }
        double loss = loss(x, y[row]);
        assertThat((double) GuardedMemory.read(losses)[row])
            .isBetween(loss - 1e-6 * (1 + Math.abs(loss)), loss + 1e-6 * (1 + Math.abs(loss)));
        for (int i = 0; i < width; i++) {
          double before = x[i];
          x[i] = before + step;
          double above = loss(x, y[row]);
          x[i] = before - step;
          double below = loss(x, y[row]);
          x[i] = before;
          double slope = dLoss[row] * (above - below) / (2 * step);
          // The third derivative grows with the cube of the rate, at most e^21; here about e^9.
          double bound = 1e-6 * (1 + Math.abs(slope) + Math.abs(loss));
          assertThat((double) actual[row * width + i])
              .as("row %d parameter %d", row, i)
              .isBetween(slope - bound, slope + bound);
        }
      }
      memory.assertGuardsIntact();
    }
  }

  @Test
  void logScalesBelowTheClampPassNoGradientAndStayFinite() {
    try (TestDevice device = new TestDevice(1, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      float[] p = {0, 0, 0.3f, -0.9f, -40, -8};
      Tensor parameters = memory.floats(p, 1, 6);
      Tensor targets = memory.floats(new float[] {0.7f}, 1);
      Tensor losses = memory.empty(1);
      Tensor gradients = memory.empty(1, 6);
      kernel(device).forward(parameters, targets, losses);
      kernel(device).backward(parameters, targets, memory.floats(new float[] {1}, 1), gradients);
      float[] actual = GuardedMemory.read(gradients);
      assertThat(GuardedMemory.read(losses)[0]).isFinite().isPositive();
      assertThat(actual[4]).isZero();
      assertThat(actual[5]).isZero();
      assertThat(actual[2]).isFinite().isNotZero();
    }
  }

  private static LogisticMixtureKernel kernel(TestDevice device) {
    Support<LogisticMixtureKernel> support = device.fused().logisticMixture();
    return ((Support.Native<LogisticMixtureKernel>) support).kernel();
  }

  private static double loss(double[] x, double y) {
    int components = x.length / 3;
    double weights = 0;
    double likelihood = 0;
    for (int i = 0; i < components; i++) {
      weights += Math.exp(x[i]);
      likelihood += Math.exp(x[i]) * probability(y, x[components + i], x[2 * components + i]);
    }
    return Math.log(weights) - Math.log(likelihood);
  }

  private static double probability(double y, double mean, double logScale) {
    double rate = Math.exp(-Math.max(logScale, -7));
    double upper = 1 / (1 + Math.exp(-rate * (y - mean + 1.0 / 255)));
    double lower = 1 / (1 + Math.exp(-rate * (y - mean - 1.0 / 255)));
    if (y < -0.999) {
      return upper;
    }
    if (y > 0.999) {
      return 1 - lower;
    }
    double middle = Math.exp(-rate * Math.abs(y - mean));
    return upper - lower > 1e-5 ? upper - lower : rate * middle / Math.pow(1 + middle, 2) / 127.5;
  }
}
