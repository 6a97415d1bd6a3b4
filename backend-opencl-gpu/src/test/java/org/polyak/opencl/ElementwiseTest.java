package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Backend;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Every path from one layout to another. */
class ElementwiseTest {
  /** A shape, the order in which the source's axes lie in memory, and where it begins. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Case(boolean likeGpu, Shape shape, int[] order, int shift) {
    Layout layout() {
      int[] stored = new int[order.length];
      for (int axis = 0; axis < order.length; axis++) {
        stored[order[axis]] = shape.dim(axis);
      }
      Shape memory = Shape.of(stored);
      return Layout.strided(memory, Layout.contiguous(memory).strides(), shift).permute(order);
    }
  }

  static Stream<Case> cases() {
    int[] same = {0, 1, 2, 3};
    int[] turned = {0, 1, 3, 2};
    int[] heads = {0, 2, 1, 3};
    int[] first = {3, 1, 2, 0};
    return Stream.of(false, true)
        .flatMap(gpu ->
            Stream.of(
                new Case(gpu, Shape.of(1, 1, 1, 1001), same, 0),
                new Case(gpu, Shape.of(1, 1, 1, 1001), same, 1),
                new Case(gpu, Shape.of(2, 3, 70, 67), turned, 0),
                new Case(gpu, Shape.of(2, 3, 20, 130), turned, 5),
                new Case(gpu, Shape.of(40, 3, 5, 33), first, 0),
                new Case(gpu, Shape.of(3, 4, 9, 16), heads, 0),
                new Case(gpu, Shape.of(3, 4, 9, 17), heads, 3)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void copiesAreExact(Case c) {
    float[] x = HostData.random(1, c.shape().size());
    try (Backend backend = open(c);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Tensor in = data.upload(x, Layout.contiguous(c.shape()));
      Tensor between = data.upload(new float[x.length], c.layout());
      Tensor out = data.upload(new float[x.length], Layout.contiguous(c.shape()));
      backend.kernels().copy(in, between);
      backend.kernels().copy(between, out);
      assertThat(data.read(out)).isEqualTo(x);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void sumsWithBroadcastRowsAndColumnsAreRoundedOnce(Case c) {
    Shape shape = c.shape();
    int width = shape.dim(-1);
    float[] x = HostData.random(1, shape.size());
    float[] row = HostData.random(2, width);
    float[] column = HostData.random(3, shape.dim(-2));
    try (Backend backend = open(c);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Tensor in = data.upload(x, c.layout());
      Tensor rows = data.floats(row, width).broadcastTo(shape);
      Tensor columns = data.floats(column, column.length, 1).broadcastTo(shape);
      Tensor withRow = data.upload(new float[x.length], Layout.contiguous(shape));
      Tensor withColumn = data.upload(new float[x.length], Layout.contiguous(shape));
      backend.kernels().binary(BinaryOp.ADD, in, rows, withRow);
      backend.kernels().binary(BinaryOp.ADD, columns, in, withColumn);
      float[] rowSums = data.read(withRow);
      float[] columnSums = data.read(withColumn);
      for (int i = 0; i < x.length; i++) {
        assertThat(rowSums[i]).isEqualTo(x[i] + row[i % width]);
        assertThat(columnSums[i]).isEqualTo(column[i / width % column.length] + x[i]);
      }
    }
  }

  private static Backend open(Case c) {
    return c.likeGpu() ? TestDevice.openLikeGpu() : TestDevice.open();
  }
}
