package org.polyak.opencl;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.Support;

/** Narrow, odd and wide rows in both variants, against the definition in float64. */
class CrossEntropyTest {
  private static final double SMOOTHING = 0.1;

  @ParameterizedTest
  @CsvSource({
    "true, 1, 1",
    "true, 300, 10",
    "true, 129, 32",
    "true, 70, 63",
    "true, 9, 67",
    "true, 33, 100",
    "true, 5, 1000",
    "true, 3, 2001",
    "false, 300, 10",
    "false, 33, 100",
    "false, 3, 2001"
  })
  void lossesAndGradientsAgreeWithTheDefinitionInDouble(boolean likeGpu, int rows, int width) {
    float[] logits = HostData.random(width, (long) rows * width);
    float[] lossGradients = HostData.random(1, rows);
    int[] targets = new int[rows];
    Arrays.setAll(targets, row -> row % 7 == 6 ? -1 : row * 31 % width);
    try (Backend backend = likeGpu ? TestDevice.openLikeGpu() : TestDevice.open();
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Support<CrossEntropyKernel> support = backend.fused().softmaxCrossEntropy();
      CrossEntropyKernel kernel = ((Support.Native<CrossEntropyKernel>) support).kernel();
      Tensor in = data.floats(logits, rows, width);
      Tensor losses = data.empty(rows);
      Tensor gradients = data.empty(rows, width);
      kernel.forward(in, data.ints(targets), SMOOTHING, losses);
      kernel.backward(
          in, data.ints(targets), SMOOTHING, data.floats(lossGradients, rows), gradients);
      float[] actualLosses = data.read(losses);
      float[] actualGradients = data.read(gradients);
      for (int row = 0; row < rows; row++) {
        float[] x = Arrays.copyOfRange(logits, row * width, (row + 1) * width);
        Row expected = Row.of(x, targets[row], lossGradients[row]);
        HostData.assertClose(
            "loss of row " + row,
            new float[] {actualLosses[row]},
            new double[] {expected.loss()},
            new double[] {expected.lossMagnitude()},
            width + 20.0);
        HostData.assertClose(
            "gradient of row " + row,
            Arrays.copyOfRange(actualGradients, row * width, (row + 1) * width),
            expected.gradient(),
            expected.magnitude(),
            width + 20.0);
      }
    }
  }

  /** One row's loss and gradient, with the sums of their terms' absolute values. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Row(double loss, double lossMagnitude, double[] gradient, double[] magnitude) {
    static Row of(float[] x, int target, float lossGradient) {
      int width = x.length;
      if (target < 0) {
        return new Row(0, 0, new double[width], new double[width]);
      }
      double sum = 0;
      double mean = 0;
      double size = 0;
      for (float value : x) {
        sum += Math.exp(value);
        mean += value / (double) width;
        size = Math.max(size, Math.abs(value));
      }
      double loss = Math.log(sum) - (1 - SMOOTHING) * x[target] - SMOOTHING * mean;
      double[] gradient = new double[width];
      double[] magnitude = new double[width];
      for (int i = 0; i < width; i++) {
        double probability = Math.exp(x[i]) / sum;
        double wanted = SMOOTHING / width + (i == target ? 1 - SMOOTHING : 0);
        gradient[i] = lossGradient * (probability - wanted);
        // The rounding of a difference of logits becomes a relative error of its exponential.
        magnitude[i] = Math.abs(lossGradient) * (probability * (1 + 2 * size) + wanted);
      }
      return new Row(loss, Math.log(sum) + 4 * size + 1, gradient, magnitude);
    }
  }
}
