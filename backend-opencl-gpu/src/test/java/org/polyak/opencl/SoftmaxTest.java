package org.polyak.opencl;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SoftmaxKernel;

/** Narrow, odd and wide rows in both variants, against the definition in float64. */
class SoftmaxTest {
  @ParameterizedTest
  @CsvSource({
    "true, 1, 1",
    "true, 300, 10",
    "true, 129, 32",
    "true, 9, 67",
    "true, 33, 256",
    "true, 3, 2001",
    "false, 300, 10",
    "false, 33, 100",
    "false, 3, 2001"
  })
  void resultsAndGradientsAgreeWithTheDefinitionInDouble(boolean likeGpu, int rows, int width) {
    float[] x = HostData.random(width, (long) rows * width);
    float[] dOut = HostData.random(1, (long) rows * width);
    try (Backend backend = likeGpu ? TestDevice.openLikeGpu() : TestDevice.open();
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      SoftmaxKernel kernel = Stopwatch.require(backend.fused().softmax());
      Tensor out = data.empty(rows, width);
      Tensor inGradient = data.empty(rows, width);
      kernel.forward(data.floats(x, rows, width), out);
      kernel.backward(out, data.floats(dOut, rows, width), inGradient);
      double[] y = new double[x.length];
      double[] sizes = new double[x.length];
      double[] dx = new double[x.length];
      double[] dxSizes = new double[x.length];
      for (int at = 0; at < x.length; at += width) {
        double sum = 0;
        double spread = 1;
        for (int i = at; i < at + width; i++) {
          sum += Math.exp(x[i]);
          spread = Math.max(spread, 2 * Math.abs(x[i]));
        }
        double mean = 0;
        double size = 0;
        for (int i = at; i < at + width; i++) {
          y[i] = Math.exp(x[i]) / sum;
          // The rounding of a difference of elements becomes a relative error of its exponential.
          sizes[i] = y[i] * (1 + spread);
          mean += y[i] * dOut[i];
          size += sizes[i] * Math.abs(dOut[i]);
        }
        for (int i = at; i < at + width; i++) {
          dx[i] = y[i] * (dOut[i] - mean);
          dxSizes[i] = sizes[i] * (Math.abs(dOut[i]) + size);
        }
      }
      double roundings = width + 20.0;
      HostData.assertClose("out", data.read(out), y, sizes, roundings);
      HostData.assertClose("gradient", data.read(inGradient), dx, dxSizes, 2 * roundings);
    }
  }
}
