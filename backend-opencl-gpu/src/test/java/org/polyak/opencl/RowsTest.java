package org.polyak.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

class RowsTest {
  @ParameterizedTest
  @CsvSource({
    "true, 5000, 3, 20, 3",
    "true, 5000, 700, 40, 700",
    "true, 3000, 50, 300, 1",
    "true, 2500, 2000, 600, 2000",
    "true, 10, 4, 5, 4",
    "false, 5000, 3, 20, 3",
    "false, 700, 50, 37, 1"
  })
  void repeatedIndicesAddUpInOneOrder(boolean likeGpu, int count, int height, int width, int used) {
    float[] rows = HostData.random(count, (long) count * width);
    float[] table = HostData.random(height, (long) height * width);
    int[] indices = new Random(1).ints(count, 0, used).toArray();
    double[] sums = new double[table.length];
    double[] magnitudes = new double[table.length];
    for (int i = 0; i < table.length; i++) {
      sums[i] = table[i];
      magnitudes[i] = Math.abs(table[i]);
    }
    for (int i = 0; i < rows.length; i++) {
      int at = indices[i / width] * width + i % width;
      sums[at] += rows[i];
      magnitudes[at] += Math.abs(rows[i]);
    }
    try (Backend backend = open(likeGpu);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Tensor added = data.upload(rows, strided(count, width));
      Tensor wanted = data.ints(indices);
      Tensor first = data.upload(table, strided(height, width));
      Tensor second = data.floats(table, height, width);
      backend.kernels().scatterAddRows(added, wanted, first);
      backend.kernels().scatterAddRows(added, wanted, second);
      HostData.assertClose("table", data.read(first), sums, magnitudes, count);
      assertThat(data.read(second)).isEqualTo(data.read(first));
    }
  }

  @ParameterizedTest
  @CsvSource({"true, 12, 3", "true, 7, 0", "false, 12, 0", "false, 300, 5"})
  void gatheredRowsAreThoseOfTheTable(boolean likeGpu, int width, int gap) {
    float[] table = HostData.random(1, 50L * width);
    int[] indices = new Random(2).ints(200, 0, 50).toArray();
    try (Backend backend = open(likeGpu);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Layout layout = Layout.strided(Shape.of(50, width), new long[] {width + gap, 1}, gap);
      Tensor out = data.empty(200, width);
      backend.kernels().gatherRows(data.upload(table, layout), data.ints(indices), out);
      float[] actual = data.read(out);
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isEqualTo(table[indices[i / width] * width + i % width]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anIndexOutsideTheTableIsReportedWithItsRow(boolean likeGpu) {
    try (Backend backend = open(likeGpu);
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      Tensor table = data.floats(new float[12], 3, 4);
      int[] indices = new int[2000];
      indices[1500] = 3;
      backend.kernels().scatterAddRows(data.empty(2000, 4), data.ints(indices), table);
      assertThatThrownBy(backend::finish)
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("1500");
    }
  }

  /** Rows further apart than they are wide. */
  private static Layout strided(int rows, int width) {
    return Layout.strided(Shape.of(rows, width), new long[] {width + 3L, 1}, 2);
  }

  private static Backend open(boolean likeGpu) {
    return likeGpu ? TestDevice.openLikeGpu() : TestDevice.open();
  }
}
