package org.polyak.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutMask;

class KeptPanelsTest {
  private static final int WIDTH = 256;

  private final Random random = new Random(23);
  private CpuDevice device;
  private Backend backend;
  private Scope scope;
  private Kernels kernels;

  @BeforeEach
  void open() {
    device = CpuDevice.start(2, VectorWidth.preferred());
    backend =
        new CpuBackend(new BackendInfo("cpu-simd", "test", "test", "f32", 2, Map.of()), device);
    scope = backend.openScope("test");
    kernels = backend.kernels();
  }

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({"5, 256, 256", "8, 300, 1030", "17, 257, 200", "64, 1024, 256", "64, 256, 1024"})
  void aProductHasTheSameBitsFromItsSecondTimeOn(int rows, int outputs, int inputs) {
    Tensor all = random(outputs + 3, inputs);
    Tensor weight = all.slice(0, 2, 2 + outputs);
    Tensor x = random(rows, inputs);
    Tensor start = random(rows, outputs);
    for (boolean accumulate : new boolean[] {false, true}) {
      float[] first = product(x, weight, start, accumulate);
      assertThat(product(x, weight, start, accumulate)).isEqualTo(first);
      assertThat(device.keptPanels().bytes()).isGreaterThanOrEqualTo(4L * outputs * inputs);
      assertThat(product(x, weight, start, accumulate)).isEqualTo(first);
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 256, 256", "13, 768, 250", "32, 250, 256", "64, 256, 300", "64, 256, 1024"})
  void aLinearLayerHasTheSameBitsFromItsSecondTimeOn(int rows, int outputs, int inputs) {
    Tensor weight = random(outputs, inputs);
    Tensor bias = random(outputs + 5).slice(0, 5, outputs + 5);
    Tensor x = random(rows, inputs);
    for (Activation activation : List.of(Activation.IDENTITY, Activation.RELU)) {
      CpuLinear layer = new CpuLinear(device, new CpuDropout(device), activation);
      Tensor out = scope.allocate(DType.F32, Shape.of(rows, outputs));
      kernels.fill(weight.slice(0, 0, 1), 1);
      layer.forward(x, weight, bias, DropoutMask.NONE, out);
      float[] first = floats(out);
      for (int time = 2; time <= 3; time++) {
        kernels.fill(out, Double.NaN);
        layer.forward(x, weight, bias, DropoutMask.NONE, out);
        assertThat(floats(out)).isEqualTo(first);
      }
      assertThat(device.keptPanels().bytes()).isGreaterThanOrEqualTo(4L * outputs * inputs);
    }
  }

  @Test
  void whoeverWritesToTheWeightIsHeard() {
    Tensor weight = random(WIDTH, WIDTH);
    Tensor other = random(WIDTH, WIDTH);
    Tensor indices = scope.allocate(DType.I32, Shape.of(WIDTH));
    Map<String, Runnable> writers = new LinkedHashMap<>();
    writers.put("upload", () -> backend.upload(MemorySegment.ofArray(floats(other)), weight));
    writers.put("fill of a part", () -> kernels.fill(weight.slice(0, 7, 8), 3));
    writers.put("copy", () -> kernels.copy(other, weight));
    writers.put("unary", () -> kernels.unary(UnaryOp.SQUARE, other, weight));
    writers.put("binary in place", () -> kernels.binary(BinaryOp.ADD, weight, other, weight));
    writers.put("scatter", () -> kernels.scatterAddRows(other, indices, weight));
    writers.put("product", () -> kernels.matmul(other, other, false, weight));
    Tensor x = random(8, WIDTH);
    Tensor start = random(8, WIDTH);
    writers.forEach((name, writer) -> {
      product(x, weight, start, false);
      product(x, weight, start, false);
      writer.run();
      float[] actual = product(x, weight, start, false);
      Tensor fresh = scope.allocate(DType.F32, weight.shape());
      backend.upload(MemorySegment.ofArray(floats(weight)), fresh);
      assertThat(actual).as(name).isEqualTo(product(x, fresh, start, false));
    });
  }

  @Test
  void anotherViewOfTheSameMemoryIsAnotherMatrix() {
    Tensor weight = random(WIDTH, WIDTH);
    Tensor part = weight.slice(0, 1, WIDTH);
    Tensor x = random(8, WIDTH);
    Tensor start = random(8, WIDTH);
    Tensor shorter = start.slice(1, 0, WIDTH - 1);
    float[] expected = product(x, part, shorter, false);
    product(x, weight, start, false);
    product(x, weight, start, false);
    assertThat(product(x, part, shorter, false)).isEqualTo(expected);
  }

  @Test
  void copiesGoWithTheirBuffer() {
    Tensor x = random(8, WIDTH);
    Tensor start = random(8, WIDTH);
    try (Scope inner = scope.child("model")) {
      Tensor weight = inner.allocate(DType.F32, Shape.of(WIDTH, WIDTH));
      kernels.fill(weight, 1);
      product(x, weight, start, false);
      product(x, weight, start, false);
      assertThat(device.keptPanels().bytes()).isPositive();
    }
    assertThat(device.keptPanels().bytes()).isZero();
  }

  @Test
  void withoutRoomNothingIsKept() {
    Tensor weight = random(WIDTH, WIDTH);
    KeptPanels panels = new KeptPanels(device.floats(), device.gemm().blocks(), 4 * WIDTH);
    Operand b = new Operand(CpuBuffer.floats(weight), 0, 1, WIDTH);
    CpuBuffer.Floats buffer = (CpuBuffer.Floats) weight.buffer();
    assertThat(panels.of(buffer, b, WIDTH, WIDTH)).isNull();
    assertThat(panels.of(buffer, b, WIDTH, WIDTH)).isNull();
    assertThat(panels.bytes()).isZero();
  }

  /** {@code (start +) x·weightᵀ}. */
  private float[] product(Tensor x, Tensor weight, Tensor start, boolean accumulate) {
    Tensor out = scope.allocate(DType.F32, start.shape());
    kernels.copy(start, out);
    kernels.matmul(x, weight.transpose(0, 1), accumulate, out);
    return floats(out);
  }

  private float[] floats(Tensor tensor) {
    float[] host = new float[Math.toIntExact(tensor.shape().size())];
    backend.download(tensor, MemorySegment.ofArray(host));
    return host;
  }

  private Tensor random(int... dims) {
    Tensor tensor = scope.allocate(DType.F32, Shape.of(dims));
    float[] values = GuardedMemory.random(random, Math.toIntExact(tensor.shape().size()), 1);
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }
}
