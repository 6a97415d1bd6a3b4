package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.Support;

class CpuCrossEntropyTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 1",
    "2, 3, 0.1, 1",
    "37, 11, 0, 5",
    "130, 33, 0.2, 1",
    "9, 256, 0, 100",
    "700, 64, 0.1, 3"
  })
  void lossesAndGradientsAgreeWithTheDefinitionInDouble(
      int rows, int classes, double smoothing, double deviation) {
    Random random = new Random(rows);
    float[] x = GuardedMemory.random(random, rows * classes, deviation);
    float[] dLoss = GuardedMemory.random(random, rows, 1);
    int[] targets = random.ints(rows, -1, classes).toArray();
    try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      CrossEntropyKernel kernel = kernel(device);
      Tensor logits = memory.floats(x, rows, classes);
      Tensor t = memory.ints(targets);
      Tensor losses = memory.empty(rows);
      Tensor gradients = memory.empty(rows, classes);
      kernel.forward(logits, t, smoothing, losses);
      kernel.backward(logits, t, smoothing, memory.floats(dLoss, rows), gradients);
      double[] expectedLosses = new double[rows];
      double[] lossSums = new double[rows];
      double[] expected = new double[x.length];
      double[] sums = new double[x.length];
      for (int row = 0; row < rows && classes > 0; row++) {
        if (targets[row] < 0) {
          continue;
        }
        int at = row * classes;
        double largest = Double.NEGATIVE_INFINITY;
        double spread = 0;
        for (int c = 0; c < classes; c++) {
          largest = Math.max(largest, x[at + c]);
        }
        double sum = 0;
        double mean = 0;
        for (int c = 0; c < classes; c++) {
          sum += Math.exp(x[at + c] - largest);
          mean += x[at + c] / (double) classes;
          spread = Math.max(spread, largest - x[at + c]);
        }
        double target = x[at + targets[row]];
        expectedLosses[row] = largest + Math.log(sum) - (1 - smoothing) * target - smoothing * mean;
        lossSums[row] = 1 + Math.log(sum) + (largest - target) + smoothing * spread;
        for (int c = 0; c < classes; c++) {
          double p = Math.exp(x[at + c] - largest) / sum;
          double hit = c == targets[row] ? 1 - smoothing : 0;
          expected[at + c] = dLoss[row] * (p - hit - smoothing / classes);
          // The distance from the largest logit is rounded before it is exponentiated.
          double logitError = 1 + largest - x[at + c];
          sums[at + c] = Math.abs(dLoss[row]) * (p * logitError + hit + smoothing / classes);
        }
      }
      double roundings = classes / 4.0 + 16;
      Bounds.assertClose("loss", GuardedMemory.read(losses), expectedLosses, lossSums, roundings);
      Bounds.assertClose("gradient", GuardedMemory.read(gradients), expected, sums, roundings);
      memory.assertGuardsIntact();
    }
  }

  @Test
  void aTargetBeyondTheClassesIsNamedWithItsRow() {
    try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Tensor logits = memory.floats(new float[20], 4, 5);
      Tensor targets = memory.ints(0, -3, 4, 5);
      Tensor losses = memory.empty(4);
      assertThatThrownBy(() -> kernel(device).forward(logits, targets, 0, losses))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("Target 5 in row 3");
    }
  }

  @Test
  void hugeLogitsGiveFiniteLosses() {
    try (TestDevice device = new TestDevice(1, VectorWidth.preferred());
        GuardedMemory memory = new GuardedMemory()) {
      Tensor logits = memory.floats(new float[] {3e38f, -3e38f, 0}, 1, 3);
      Tensor losses = memory.empty(1);
      kernel(device).forward(logits, memory.ints(0), 0, losses);
      assertThat(GuardedMemory.read(losses)).containsExactly(0);
    }
  }

  private static CrossEntropyKernel kernel(TestDevice device) {
    Support<CrossEntropyKernel> support = device.fused().softmaxCrossEntropy();
    return ((Support.Native<CrossEntropyKernel>) support).kernel();
  }
}
