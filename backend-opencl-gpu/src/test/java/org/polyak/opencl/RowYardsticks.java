package org.polyak.opencl;

import java.util.List;
import java.util.Objects;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.ParameterUpdate;

/**
 * Element-wise operations, reductions, normalisation and losses, which memory bounds: each beside
 * the copy kernel's bandwidth, counting the least bytes that must be read and written.
 */
final class RowYardsticks {
  private static final double RATE = 0.1;
  private static final double EPSILON = 1e-5;

  private final Stopwatch stopwatch;
  private final int elements;
  private double copied;

  /**
   * Yardsticks.
   *
   * @param mebibytes of a tensor
   */
  RowYardsticks(Stopwatch stopwatch, int mebibytes) {
    this.stopwatch = stopwatch;
    this.elements = mebibytes * (1 << 20) / Float.BYTES;
  }

  void run() {
    elementwise();
    broadcasts(256);
    broadcasts(1024);
    permutations();
    reductions();
    for (int width : new int[] {256, 1024}) {
      softmax(width);
      layerNorm(width);
      activations(width);
    }
    for (int classes : new int[] {10, 64, 128, 256}) {
      crossEntropy(classes);
    }
    optimizer();
  }

  private void elementwise() {
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, elements);
      Tensor b = stopwatch.random(scope, elements);
      Tensor out = Stopwatch.empty(scope, elements);
      var kernels = stopwatch.kernels();
      var dropout = Stopwatch.require(stopwatch.fused().dropout());
      copied = bandwidth(2, stopwatch.time(() -> kernels.copy(a, out)).inARow());
      report("copy", 2, () -> kernels.copy(a, out));
      report("fill", 1, () -> kernels.fill(out, 1));
      report("add", 3, () -> kernels.binary(BinaryOp.ADD, a, b, out));
      report("exp", 2, () -> kernels.unary(UnaryOp.EXPONENTIAL, a, out));
      report("select", 3, () -> kernels.select(a, b, a, out));
      report("dropout", 2, () -> dropout.apply(a, RATE, 1, out));
      Tensor norms = Stopwatch.empty(scope, 1);
      var squaredNorms = Stopwatch.require(stopwatch.fused().squaredNorms());
      report("squared norm", 1, () -> squaredNorms.squaredNorms(List.of(a), norms));
    }
  }

  private void broadcasts(int width) {
    int rows = elements / width;
    Shape shape = Shape.of(rows, width);
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, rows, width);
      Tensor row = stopwatch.random(scope, 1, width).broadcastTo(shape);
      Tensor column = stopwatch.random(scope, rows, 1).broadcastTo(shape);
      Tensor out = Stopwatch.empty(scope, rows, width);
      var kernels = stopwatch.kernels();
      report("add a row of " + width, 2, () -> kernels.binary(BinaryOp.ADD, a, row, out));
      report(
          "add a column, rows of " + width, 2, () -> kernels.binary(BinaryOp.ADD, a, column, out));
    }
  }

  private void permutations() {
    int width = 256;
    int rows = elements / width;
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, rows, width);
      Tensor out = Stopwatch.empty(scope, width, rows);
      report("transpose", 2, () -> stopwatch.kernels().copy(a.transpose(0, 1), out));
      Shape tokens = Shape.of(rows / 128, 128, 8, 32);
      Shape heads = Shape.of(rows / 128, 8, 128, 32);
      Tensor permuted = reshaped(a, tokens).transpose(1, 2);
      report("permute heads", 2, () -> stopwatch.kernels().copy(permuted, reshaped(out, heads)));
    }
  }

  private static Tensor reshaped(Tensor tensor, Shape shape) {
    return tensor.view(Objects.requireNonNull(tensor.layout().reshape(shape)));
  }

  private void reductions() {
    for (int width : new int[] {256, 1024}) {
      int rows = elements / width;
      try (Scope scope = stopwatch.scope()) {
        Tensor a = stopwatch.random(scope, rows, width);
        Tensor ofRows = Stopwatch.empty(scope, rows, 1);
        Tensor ofColumns = Stopwatch.empty(scope, 1, width);
        Tensor out = Stopwatch.empty(scope, rows, width);
        var kernels = stopwatch.kernels();
        report("sums of rows of " + width, 1, () -> kernels.reduce(ReduceOp.SUM, a, 1, ofRows));
        report(
            "maxima of rows of " + width, 1, () -> kernels.reduce(ReduceOp.MAXIMUM, a, 1, ofRows));
        report(
            "sums of " + width + " columns",
            1,
            () -> kernels.reduce(ReduceOp.SUM, a, 0, ofColumns));
        report("running sums, rows of " + width, 2, () -> kernels.cumulativeSum(a, 1, false, out));
      }
    }
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, elements / (128 * 256), 128, 256);
      Tensor out = Stopwatch.empty(scope, elements / (128 * 256), 128, 256);
      report(
          "running sums across 128 rows of 256",
          2,
          () -> stopwatch.kernels().cumulativeSum(a, 1, false, out));
    }
  }

  private void softmax(int width) {
    int rows = elements / width;
    var kernel = Stopwatch.require(stopwatch.fused().softmax());
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, rows, width);
      Tensor outGradient = stopwatch.random(scope, rows, width);
      Tensor out = Stopwatch.empty(scope, rows, width);
      report("softmax of " + width, 2, () -> kernel.forward(a, out));
      report("softmax of " + width + " backward", 3, () -> kernel.backward(a, outGradient, out));
    }
  }

  private void layerNorm(int width) {
    int rows = elements / width;
    var kernel = Stopwatch.require(stopwatch.fused().layerNorm());
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, rows, width);
      Tensor outGradient = stopwatch.random(scope, rows, width);
      Tensor gain = stopwatch.random(scope, width);
      Tensor bias = stopwatch.random(scope, width);
      Tensor out = Stopwatch.empty(scope, rows, width);
      Tensor saved = Stopwatch.empty(scope, rows, 2);
      Tensor gainGradient = Stopwatch.empty(scope, width);
      Tensor biasGradient = Stopwatch.empty(scope, width);
      report("layer norm of " + width, 2, () -> kernel.forward(a, gain, bias, EPSILON, out, saved));
      report(
          "layer norm of " + width + " backward",
          3,
          () -> kernel.backward(a, gain, saved, outGradient, out, gainGradient, biasGradient));
    }
  }

  private void activations(int width) {
    int rows = elements / width;
    try (Scope scope = stopwatch.scope()) {
      Tensor a = stopwatch.random(scope, rows, width);
      Tensor outGradient = stopwatch.random(scope, rows, width);
      Tensor bias = stopwatch.random(scope, width);
      Tensor out = Stopwatch.empty(scope, rows, width);
      Tensor biasGradient = Stopwatch.empty(scope, width);
      for (Activation activation : List.of(Activation.RELU, Activation.GELU)) {
        var kernel = Stopwatch.require(stopwatch.fused().biasActivation(activation));
        String name = "bias of %d and %s".formatted(width, activation);
        report(name, 2, () -> kernel.forward(a, bias, out));
        report(
            name + " backward", 3, () -> kernel.backward(a, bias, outGradient, out, biasGradient));
      }
    }
  }

  private void crossEntropy(int classes) {
    int rows = elements / classes;
    var kernel = Stopwatch.require(stopwatch.fused().softmaxCrossEntropy());
    try (Scope scope = stopwatch.scope()) {
      Tensor logits = stopwatch.random(scope, rows, classes);
      Tensor targets = stopwatch.indices(scope, rows, classes);
      Tensor losses = Stopwatch.empty(scope, rows);
      Tensor lossGradients = stopwatch.random(scope, rows);
      Tensor out = Stopwatch.empty(scope, rows, classes);
      double vectors = 2.0 / classes;
      String name = "cross-entropy of " + classes;
      report(name, 1 + vectors, () -> kernel.forward(logits, targets, 0, losses));
      report(
          name + " backward",
          2 + vectors,
          () -> kernel.backward(logits, targets, 0, lossGradients, out));
    }
  }

  private void optimizer() {
    var kernel =
        Stopwatch.require(
            stopwatch.fused().optimizer(new OptimizerRule.Adam(0.9, 0.999, 1e-8, 0, false)));
    try (Scope scope = stopwatch.scope()) {
      List<Tensor> state =
          List.of(Stopwatch.empty(scope, elements), Stopwatch.empty(scope, elements));
      state.forEach(tensor -> stopwatch.kernels().fill(tensor, 0));
      ParameterUpdate update =
          new ParameterUpdate(
              stopwatch.random(scope, elements), stopwatch.random(scope, elements), null, state);
      report("Adam step", 7, () -> kernel.step(List.of(update), 1e-3, 1));
    }
  }

  private void report(String name, double tensors, Runnable work) {
    Stopwatch.Times times = stopwatch.time(work);
    double bandwidth = bandwidth(tensors, times.inARow());
    System.out.printf(
        "%-46s %8.1f us %6.2f TB/s %4.0f %% of copy, alone %8.1f us%n",
        name,
        times.inARow() * 1e6,
        bandwidth / 1e12,
        100 * bandwidth / copied,
        times.alone() * 1e6);
  }

  private double bandwidth(double tensors, double seconds) {
    return tensors * elements * Float.BYTES / seconds;
  }
}
