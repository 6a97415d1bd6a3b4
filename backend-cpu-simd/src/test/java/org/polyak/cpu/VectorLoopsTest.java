package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.FeatureMap;

/**
 * Compiled vector loops allocate nothing. A loop that does keeps its vectors in objects instead of
 * registers, ten to a hundred times slower, because something in it was not inlined. Run in a JVM
 * of its own, where one vector width is in use, as in every program but these tests.
 */
class VectorLoopsTest {
  private static final int N = 4096;
  private static final int BATCH = 50;

  /** How long the compiler may take on a busy machine before it counts as unwilling. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  @Test
  void everyLoopKeepsItsVectorsInRegisters() throws IOException, InterruptedException {
    assertNothingIsAllocated(List.of());
  }

  /**
   * The compiler knows what class a vector has that a loop carries only from what it is given, or
   * from what it has seen so far: that may be nothing yet, or two widths. Helpers are inlined here
   * by order, since compiled alone, without having seen anything, they become too large for it.
   */
  @Test
  void everyLoopDoesSoWhateverTheCompilerHasSeenOfOtherVectors()
      throws IOException, InterruptedException {
    assertNothingIsAllocated(
        List.of("-XX:-UseTypeProfile", "-XX:CompileCommand=inline,org.polyak.cpu.VectorMath::*"));
  }

  private static void assertNothingIsAllocated(List<String> settings)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(settings);
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            Loops.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("TANH: 0 bytes").doesNotContainPattern(": [1-9]\\d* bytes");
  }

  /** Prints what each loop allocates once it is compiled. */
  static final class Loops {
    private Loops() {}

    public static void main(String[] arguments) {
      loops().forEach((name, loop) -> System.out.println(name + ": " + allocated(loop) + " bytes"));
    }

    private static Map<String, Runnable> loops() {
      float[] a = new float[2 * N];
      float[] b = new float[2 * N];
      Arrays.fill(a, 0.5f);
      Map<String, Runnable> loops = new LinkedHashMap<>();
      UnaryKernel unary = kernel(VectorUnaryKernel.class);
      for (UnaryOp op : UnaryOp.values()) {
        loops.put(op.name(), () -> unary.apply(op, N, a, 0, b, 0));
      }
      BinaryKernel binary = kernel(VectorBinaryKernel.class);
      for (BinaryOp op : BinaryOp.values()) {
        loops.put(op.name(), () -> binary.apply(op, N, a, 0, a, N, b, 0));
      }
      ReduceKernel reduce = kernel(VectorReduceKernel.class);
      loops.put("sum", () -> reduce.sum(N - 3, a, 0));
      loops.put("maximum", () -> reduce.maximum(N - 3, a, 0));
      loops.put("sum of rows", () -> reduce.sumRows(8, 512, 512, a, 0, b, 0));
      loops.put("maximum of rows", () -> reduce.maximumRows(8, 512, 512, a, 0, b, 0));
      ActivationRows rows = kernel(VectorActivationRows.class);
      float[] sums = new float[512];
      float[] scratch = new float[ActivationRows.scratchLength()];
      for (Activation activation : Activation.values()) {
        loops.put(
            activation + " forward",
            () -> rows.forward(activation, 8, 512, a, 0, a, N, b, 0, scratch));
        loops.put(
            activation + " backward",
            () -> rows.backward(activation, 8, 512, a, 0, a, N, b, 0, b, N, sums, 0, scratch));
      }
      addRowLoops(loops, a, b);
      GemmKernel gemm = GemmBlocks.of(VectorWidth.preferred()).kernel();
      for (int width = gemm.lanes(); width <= gemm.tileColumns(); width += gemm.lanes()) {
        int columns = width;
        int depth = N / columns;
        loops.put(
            "tile of " + columns,
            () -> gemm.tile(columns, depth, a, 0, b, 0, columns, sums, 0, 0, b, N, columns));
      }
      int tiles = 4;
      int terms = N / (tiles * gemm.tileRows());
      int termStride = tiles * gemm.tileRows();
      loops.put(
          "tiles of A",
          () ->
              gemm.packTiles(
                  tiles, gemm.tileRows(), terms, a, 0, termStride, b, 0, terms * gemm.tileRows()));
      loops.put("rows of A", () -> gemm.packRows(100, a, 0, 100, b, 0));
      addStepLoops(loops, a, b);
      addAttentionLoops(loops, a);
      addHeadLoops(loops, a);
      addOptimizerLoops(loops, a, b);
      return loops;
    }

    /** A few tokens of a head whose values are no multiple of two vectors. */
    private static void addAttentionLoops(Map<String, Runnable> loops, float[] a) {
      ScanLoops additive = kernel(VectorScanLoops.class);
      RowLayout keys = RowLayout.panels(32, 8, additive.lanes());
      RowLayout values = RowLayout.panels(48, 8, additive.lanes());
      CausalScan.Block block =
          new CausalScan.Block(8, 32, keys, values, a, a, a, new float[8 * 48]);
      float[] r = new float[32 * 48];
      float[] p = new float[32 * 48];
      float[] gradient = new float[8 * 32];
      Decay decay = Decay.of(.9);
      loops.put("attention", () -> additive.run(block, r));
      MomentumScanLoops scan = kernel(VectorMomentumScanLoops.class);
      loops.put("attention with momentum", () -> scan.run(block, 5, a, decay, .1f, decay, p, r));
      KeyValueScanLoops both = kernel(VectorKeyValueScanLoops.class);
      float[] partial = new float[both.partialFloats(block)];
      loops.put(
          "gradients of keys and values",
          () -> both.run(block, a, gradient, partial, 5, a, .1f, decay, p, r));
    }

    /** Rows of two heads whose width is no multiple of a vector's. */
    private static void addHeadLoops(Map<String, Runnable> loops, float[] a) {
      HeadRows rows = kernel(VectorHeadRows.class);
      RowLayout layout = RowLayout.panels(48, 8, rows.lanes());
      FeatureMap map = FeatureMap.ELU_PLUS_ONE;
      float[][] heads = {new float[8 * 48], new float[8 * 48]};
      float[] gradients = new float[8 * 48];
      float[] out = new float[8 * 90];
      float[] sums = new float[8];
      float[] sum = new float[48];
      loops.put("loaded heads", () -> rows.load(map, 8, 45, a, 0, 90, heads, 0, 1, layout));
      loops.put("scaled heads", () -> rows.loadScaled(8, 45, a, 0, 90, heads, heads, 0, 1, layout));
      loops.put("stored heads", () -> rows.store(8, 45, heads, 0, 1, layout, heads, out, 0, 90));
      loops.put("chain rule", () -> rows.chain(map, 8, layout, a, gradients));
      loops.put("weighted sum", () -> rows.weightedSum(8, layout, a, a, sum));
      loops.put("denominators", () -> rows.denominators(8, layout, a, sum, 1, sums));
      loops.put(
          "running denominators", () -> rows.runningDenominators(8, layout, a, sum, a, 1, sums));
      loops.put(
          "gradients of denominators",
          () -> rows.denominatorGradients(8, layout, a, gradients, a, sums));
      loops.put(
          "completed gradients",
          () -> rows.completeGradients(map, 8, layout, a, a, sum, sums, a, gradients));
      loops.put("dots of heads", () -> rows.dots(8, 45, a, 0, 90, a, 0, 90, heads, 0));
    }

    private static void addOptimizerLoops(Map<String, Runnable> loops, float[] a, float[] b) {
      OptimizerLoops optimizer = kernel(VectorOptimizerLoops.class);
      OptimizerLoops.Descent descent = new OptimizerLoops.Descent(0, .9f, 1, true, 1e-3f);
      OptimizerLoops.Moments moments =
          new OptimizerLoops.Moments(0, 1, .9f, .1f, .99f, .01f, true, 1e-3f, 1, 1e-8f);
      float[] first = new float[509];
      float[] second = new float[509];
      loops.put("descent", () -> optimizer.descend(descent, 1, 509, b, 0, a, 0));
      loops.put("momentum", () -> optimizer.descend(descent, 1, 509, b, 0, a, 0, first, 0));
      loops.put("Adam", () -> optimizer.adapt(moments, 1, 509, b, 0, a, 0, first, 0, second, 0));
      loops.put("squared norm", () -> optimizer.squaredNorm(509, a, 0));
      DotLoop dot = kernel(VectorDotLoop.class);
      loops.put("dot", () -> dot.dot(509, a, 0, a, N));
    }

    /** One token of heads whose width is no multiple of two vectors. */
    private static void addStepLoops(Map<String, Runnable> loops, float[] a, float[] b) {
      StepLoops step = kernel(VectorStepLoops.class);
      float[] s = new float[N];
      float[] m = new float[N];
      loops.put("sum of keys", () -> step.keySum(61, a, a, 0, b, 0, b, 0));
      loops.put("one token", () -> step.single(48, 61, a, a, 0, a, 0, 1, 1, s, 0, s, 0, b, N));
      loops.put(
          "one token with momentum",
          () -> step.twofold(48, 61, a, a, 0, a, 0, .6, 1, 1, s, 0, s, 0, m, 0, m, 0, b, N));
    }

    /** Rows of a length that is no multiple of any vector's. */
    private static void addRowLoops(Map<String, Runnable> loops, float[] a, float[] b) {
      LayerNormRows norm = kernel(VectorLayerNormRows.class);
      float[] statistics = new float[LayerNormRows.scratchLength()];
      float[] sums = new float[1024];
      loops.put(
          "layer norm forward",
          () -> norm.forward(8, 509, a, 0, a, N, a, N, 1e-5, b, 0, b, N, statistics));
      loops.put(
          "layer norm without bias",
          () -> norm.forward(8, 509, a, 0, a, N, null, 0, 1e-5, b, 0, null, 0, statistics));
      loops.put(
          "layer norm backward",
          () -> norm.backward(8, 509, a, 0, a, N, b, N, a, 0, b, 0, sums, 0, statistics));
      SoftmaxRows softmaxRows = kernel(VectorSoftmaxRows.class);
      float[] largest = new float[SoftmaxRows.GROUP];
      loops.put("largest of rows", () -> softmaxRows.largest(8, 509, a, 0, largest));
      loops.put(
          "exponentials of rows",
          () -> softmaxRows.exponentials(8, 509, a, 0, largest, sums, b, 0));
      loops.put("scaled row", () -> softmaxRows.scale(509, b, 0, 0.5f));
      loops.put("softmax gradient", () -> softmaxRows.differentiate(8, 509, a, 0, a, N, b, 0));
      CrossEntropyRows entropy = kernel(VectorCrossEntropyRows.class);
      loops.put("sums of exponentials", () -> entropy.sums(8, 509, a, 0, largest, sums));
      loops.put("differences of a row", () -> entropy.sumOfDifferences(509, a, 0, 1));
      SoftmaxLoops softmax = kernel(VectorSoftmaxLoops.class);
      int[] visible = new int[8];
      Arrays.fill(visible, 509);
      float[] rescale = new float[8];
      loops.put("logarithms", () -> entropy.logarithms(largest));
      loops.put("scaled gradients", () -> entropy.scale(509, b, 0, 2, 1));
      loops.put("gradients of scores", () -> softmax.scoreGradients(8, 509, 512, a, b, largest, 1));
      loops.put(
          "softmax of rows",
          () -> softmax.advance(8, 509, 512, b, 1, visible, largest, sums, rescale));
    }

    private static <K> K kernel(Class<? extends K> kernelClass) {
      return KernelLoader.load(kernelClass, VectorWidth.preferred());
    }

    private static long allocated(Runnable loop) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      long allocated;
      do {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < BATCH; i++) {
          loop.run();
        }
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      } while (allocated > 0 && System.nanoTime() < deadline);
      return allocated;
    }
  }
}
