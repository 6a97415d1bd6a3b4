package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/**
 * The speed table of {@code docs/results}: a program to run by hand on the device in question, with
 * backend options as arguments, such as {@code type=gpu precision=tf32}. Each figure is the median
 * of runs that end with {@code finish()}, after warm-up, on random inputs.
 */
final class Yardsticks {
  private static final int WARM_UP = 5;
  private static final int RUNS = 30;
  private static final long COPIED = 256L << 20;

  private final Backend backend;
  private final Scope scope;
  private final Random random = new Random(1);

  private Yardsticks(Backend backend, Scope scope) {
    this.backend = backend;
    this.scope = scope;
  }

  /** Arguments: backend options as {@code name=value}. */
  public static void main(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (String argument : arguments) {
      String[] parts = argument.split("=", 2);
      options.put(parts[0], parts[1]);
    }
    try (Backend backend = new OpenClBackendProvider().open(BackendOptions.of(options))) {
      System.out.println(backend.info());
      List<Runnable> groups = new ArrayList<>();
      groups.add(() -> run(backend, Yardsticks::products));
      groups.add(() -> run(backend, Yardsticks::attentions));
      groups.add(() -> run(backend, Yardsticks::elementwise));
      groups.forEach(Runnable::run);
    }
  }

  private static void run(Backend backend, Consumer<Yardsticks> group) {
    try (Scope scope = backend.openScope("yardsticks")) {
      group.accept(new Yardsticks(backend, scope));
    }
  }

  private void products() {
    product(4096, 4096, 4096, false, false);
    for (int[] shape :
        new int[][] {{8192, 256, 1024}, {8192, 1024, 256}, {8192, 256, 256}, {8192, 256, 768}}) {
      product(shape[0], shape[1], shape[2], false, false);
      product(shape[0], shape[2], shape[1], false, true);
      product(shape[1], shape[0], shape[2], true, false);
    }
    for (int rows : new int[] {64, 256, 1024, 4096}) {
      product(rows, 256, 256, false, false);
      product(rows, 256, 1024, false, false);
      product(rows, 1024, 256, false, false);
    }
  }

  private void product(int m, int k, int n, boolean turnA, boolean turnB) {
    try (Scope local = scope.child("product")) {
      Tensor a = turned(random(local, turnA ? Shape.of(k, m) : Shape.of(m, k)), turnA);
      Tensor b = turned(random(local, turnB ? Shape.of(n, k) : Shape.of(k, n)), turnB);
      Tensor out = local.allocate(DType.F32, Shape.of(m, n));
      double seconds = median(() -> backend.kernels().matmul(a, b, false, out));
      System.out.printf(
          "product %5d x %5d x %5d %s%s %8.3f ms %7.1f TFLOP/s%n",
          m,
          k,
          n,
          turnA ? "T" : "N",
          turnB ? "T" : "N",
          seconds * 1e3,
          2.0 * m * k * n / seconds / 1e12);
    }
  }

  private void attentions() {
    for (int[] s :
        new int[][] {
          {32, 2, 4096, 32}, {4, 8, 3072, 32}, {4, 8, 16384, 64}, {64, 8, 128, 32}, {32, 8, 784, 32}
        }) {
      attention(new UpdateRule.Momentum(0.6, 0.5), s[0], s[1], s[2], s[3]);
      attention(new UpdateRule.Additive(), s[0], s[1], s[2], s[3]);
    }
    step(1024, 8, 32);
    step(4096, 8, 32);
  }

  private void attention(UpdateRule rule, int batch, int heads, int length, int dim) {
    try (Scope local = scope.child("attention")) {
      AttentionKernel kernel = kernel(rule);
      Shape shape = Shape.of(batch, length, heads, dim);
      AttentionInputs inputs =
          new AttentionInputs(
              random(local, shape), random(local, shape), random(local, shape), null);
      Tensor out = local.allocate(DType.F32, shape);
      Tensor saved = local.allocate(DType.F32, kernel.savedShape(inputs));
      Tensor outGradient = random(local, shape);
      AttentionGradients gradients =
          new AttentionGradients(
              local.allocate(DType.F32, shape),
              local.allocate(DType.F32, shape),
              local.allocate(DType.F32, shape),
              null);
      double forward = median(() -> kernel.forward(inputs, null, out, null, null));
      double both =
          median(() -> {
            kernel.forward(inputs, null, out, null, saved);
            kernel.backward(inputs, null, out, saved, outGradient, null, gradients);
          });
      System.out.printf(
          "attention %-9s B%d H%d N%d D%d forward %8.3f ms, forward and backward %8.3f ms%n",
          rule.getClass().getSimpleName(), batch, heads, length, dim, forward * 1e3, both * 1e3);
    }
  }

  /** One token of generation. */
  private void step(int batch, int heads, int dim) {
    try (Scope local = scope.child("step")) {
      AttentionKernel kernel = kernel(new UpdateRule.Momentum(0.6, 0.5));
      Shape shape = Shape.of(batch, 1, heads, dim);
      AttentionInputs inputs =
          new AttentionInputs(
              random(local, shape), random(local, shape), random(local, shape), null);
      AttentionState state =
          new AttentionState(
              random(local, Shape.of(batch, heads, dim, dim)),
              random(local, Shape.of(batch, heads, dim, dim)),
              random(local, Shape.of(batch, heads, dim)));
      Tensor out = local.allocate(DType.F32, shape);
      double seconds = median(() -> kernel.forward(inputs, state, out, state, null));
      System.out.printf("attention step B%d H%d D%d %8.3f ms%n", batch, heads, dim, seconds * 1e3);
    }
  }

  private AttentionKernel kernel(UpdateRule rule) {
    AttentionSpec spec =
        new AttentionSpec(
            FeatureMap.ELU_PLUS_ONE,
            new Normaliser.KeySum(1e-6),
            rule,
            true,
            Padding.FREEZE,
            new Schedule.Automatic());
    return require(backend.fused().attention(spec));
  }

  private void elementwise() {
    int width = 256;
    int rows = (int) (COPIED / Float.BYTES / width);
    try (Scope local = scope.child("elementwise")) {
      Shape shape = Shape.of(rows, width);
      Tensor a = random(local, shape);
      Tensor b = random(local, shape);
      Tensor out = local.allocate(DType.F32, shape);
      Tensor gain = random(local, Shape.of(width));
      Tensor bias = random(local, Shape.of(width));
      Tensor gainGradient = local.allocate(DType.F32, Shape.of(width));
      Tensor biasGradient = local.allocate(DType.F32, Shape.of(width));
      Tensor saved = local.allocate(DType.F32, Shape.of(rows, 2));
      var layerNorm = require(backend.fused().layerNorm());
      var gelu = require(backend.fused().biasActivation(Activation.GELU));
      bandwidth("copy", 2, () -> backend.kernels().copy(a, out));
      bandwidth("fill", 1, () -> backend.kernels().fill(out, 1));
      bandwidth("add", 3, () -> backend.kernels().binary(BinaryOp.ADD, a, b, out));
      bandwidth("exp", 2, () -> backend.kernels().unary(UnaryOp.EXPONENTIAL, a, out));
      bandwidth(
          "transpose", 2, () -> backend.kernels().copy(turned(flat(a, width, rows), true), out));
      bandwidth("layer norm", 2, () -> layerNorm.forward(a, gain, bias, 1e-5, out, saved));
      bandwidth(
          "layer norm backward",
          3,
          () -> layerNorm.backward(a, gain, saved, b, out, gainGradient, biasGradient));
      bandwidth("bias and GELU", 2, () -> gelu.forward(a, bias, out));
      bandwidth("bias and GELU backward", 3, () -> gelu.backward(a, bias, b, out, biasGradient));
      Tensor rowSums = local.allocate(DType.F32, Shape.of(rows, 1));
      bandwidth("row sums", 1, () -> backend.kernels().reduce(ReduceOp.SUM, a, 1, rowSums));
      Tensor columnSums = local.allocate(DType.F32, Shape.of(1, width));
      bandwidth("column sums", 1, () -> backend.kernels().reduce(ReduceOp.SUM, a, 0, columnSums));
    }
  }

  private static Tensor flat(Tensor tensor, int rows, int columns) {
    return tensor.view(tensor.layout().reshape(Shape.of(rows, columns)).orElseThrow());
  }

  private void bandwidth(String name, int tensors, Runnable work) {
    double seconds = median(work);
    System.out.printf(
        "%-24s %8.3f ms %6.2f TB/s%n", name, seconds * 1e3, tensors * COPIED / seconds / 1e12);
  }

  private Tensor random(Scope owner, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    Tensor tensor = owner.allocate(DType.F32, shape);
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }

  private static Tensor turned(Tensor tensor, boolean turn) {
    return turn ? tensor.view(tensor.layout().transpose(0, 1)) : tensor;
  }

  private double median(Runnable work) {
    for (int i = 0; i < WARM_UP; i++) {
      work.run();
    }
    backend.finish();
    double[] seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      work.run();
      backend.finish();
      seconds[i] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(seconds);
    return seconds[RUNS / 2];
  }

  private static <T> T require(Support<T> support) {
    if (support instanceof Support.Native<T>(T kernel)) {
      return kernel;
    }
    throw new IllegalStateException("Not fused: " + support);
  }
}
