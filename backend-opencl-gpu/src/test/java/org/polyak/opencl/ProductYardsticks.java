package org.polyak.opencl;

import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutMask;

/** Products of matrices: large ones, those of models, and those with a short side. */
final class ProductYardsticks {
  private static final int COPY_ROWS = 64 * 128;
  private static final int MNIST_ROWS = 64 * 784;

  private final Stopwatch stopwatch;

  ProductYardsticks(Stopwatch stopwatch) {
    this.stopwatch = stopwatch;
  }

  void run() {
    for (boolean turnA : new boolean[] {false, true}) {
      for (boolean turnB : new boolean[] {false, true}) {
        product(4096, 4096, 4096, turnA, turnB);
      }
    }
    copyStep();
    linear(MNIST_ROWS, 256, 30);
    layer(64, 256, 256);
    for (int rows : new int[] {64, 256, 1024, 4096}) {
      linear(rows, 256, 256);
      linear(rows, 256, 1024);
      linear(rows, 1024, 256);
      linear(rows, 256, 30);
    }
    bias(COPY_ROWS, 256, 256, Activation.IDENTITY);
    bias(COPY_ROWS, 256, 1024, Activation.RELU);
    bias(COPY_ROWS, 256, 11, Activation.IDENTITY);
  }

  /** A training step of the copy task with the {@code paper} preset: four blocks and the head. */
  private void copyStep() {
    double projections = layer(COPY_ROWS, 256, 256);
    double expand = layer(COPY_ROWS, 256, 1024);
    double contract = layer(COPY_ROWS, 1024, 256);
    double head = layer(COPY_ROWS, 256, 11);
    System.out.printf(
        "%-46s %8.1f us%n",
        "products of a copy step", (4 * (4 * projections + expand + contract) + head) * 1e6);
  }

  /** A linear layer forward and both gradients: microseconds in a row. */
  private double layer(int rows, int in, int out) {
    return linear(rows, in, out)
        + product(rows, out, in, false, false)
        + product(out, rows, in, true, false);
  }

  /** A linear layer keeps its weights turned. */
  private double linear(int rows, int in, int out) {
    return product(rows, in, out, false, true);
  }

  private double product(int m, int k, int n, boolean turnA, boolean turnB) {
    try (Scope scope = stopwatch.scope()) {
      Tensor a =
          turnA ? stopwatch.random(scope, k, m).transpose(0, 1) : stopwatch.random(scope, m, k);
      Tensor b =
          turnB ? stopwatch.random(scope, n, k).transpose(0, 1) : stopwatch.random(scope, k, n);
      Tensor out = Stopwatch.empty(scope, m, n);
      return report(
          "product %5d x %5d x %5d %s%s".formatted(m, k, n, turnA ? "T" : "N", turnB ? "T" : "N"),
          2.0 * m * k * n,
          stopwatch.time(() -> stopwatch.kernels().matmul(a, b, false, out)));
    }
  }

  private void bias(int rows, int in, int out, Activation activation) {
    var kernel = Stopwatch.require(stopwatch.fused().linear(activation));
    try (Scope scope = stopwatch.scope()) {
      Tensor x = stopwatch.random(scope, rows, in);
      Tensor weight = stopwatch.random(scope, out, in);
      Tensor bias = stopwatch.random(scope, out);
      Tensor y = Stopwatch.empty(scope, rows, out);
      report(
          "linear  %5d x %5d x %5d %s".formatted(rows, in, out, activation),
          2.0 * rows * in * out,
          stopwatch.time(() -> kernel.forward(x, weight, bias, DropoutMask.NONE, y)));
      Tensor outGradient = stopwatch.random(scope, rows, out);
      Tensor biasGradient = Stopwatch.empty(scope, out);
      Tensor productGradient =
          activation == Activation.IDENTITY ? outGradient : Stopwatch.empty(scope, rows, out);
      Stopwatch.Times times =
          stopwatch.time(() ->
              kernel.backward(y, DropoutMask.NONE, outGradient, productGradient, biasGradient));
      System.out.printf(
          "linear  %5d x %5d x %5d %-8s backward %10.1f us, alone %8.1f us%n",
          rows, in, out, activation, times.inARow() * 1e6, times.alone() * 1e6);
    }
  }

  private static double report(String name, double operations, Stopwatch.Times times) {
    System.out.printf(
        "%-46s %8.1f us %7.1f TFLOP/s, alone %8.1f us%n",
        name, times.inARow() * 1e6, operations / times.inARow() / 1e12, times.alone() * 1e6);
    return times.inARow();
  }
}
