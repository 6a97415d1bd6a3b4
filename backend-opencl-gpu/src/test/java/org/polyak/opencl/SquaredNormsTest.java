package org.polyak.opencl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.polyak.spi.Backend;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.SquaredNormsKernel;
import org.polyak.spi.fused.Support;

/** More tensors than a launch takes, of lengths that packs do not divide, against float64. */
class SquaredNormsTest {
  private static final int COUNT = 70;

  /** The longest tensor has 77 packs in a slab; their sums are added up across 16 slabs at most. */
  private static final int ROUNDINGS = 128;

  /** One work-item may add up the 16,385 packs of a slab, and then there are 64 slabs. */
  private static final int LONG_ROUNDINGS = 16_500;

  @ParameterizedTest
  @CsvSource({"true, 0", "true, 1", "false, 0", "false, 1"})
  void normsAgreeWithNormsInDouble(boolean likeGpu, int shift) {
    check(likeGpu, shift, ROUNDINGS, COUNT, i -> 1 + (long) i * i);
  }

  /** A long tensor decides into how many slabs all are cut. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneLongTensorAmongShortOnes(boolean likeGpu) {
    check(likeGpu, 0, LONG_ROUNDINGS, 3, i -> i == 1 ? (1 << 22) + 3 : 5);
  }

  private static void check(
      boolean likeGpu, int shift, int roundings, int count, IntToLongFunction length) {
    double[] norms = new double[count];
    try (Backend backend = likeGpu ? TestDevice.openLikeGpu() : TestDevice.open();
        Scope scope = backend.openScope("test")) {
      HostData data = new HostData(backend, scope);
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        float[] x = HostData.random(i, length.applyAsLong(i));
        tensors.add(data.upload(x, Layout.strided(Shape.of(x.length), new long[] {1}, shift)));
        for (float value : x) {
          norms[i] += (double) value * value;
        }
      }
      Tensor out = data.empty(count);
      if (backend.fused().squaredNorms() instanceof Support.Native<SquaredNormsKernel>(var norm)) {
        norm.squaredNorms(tensors, out);
      }
      HostData.assertClose("norm", data.read(out), norms, norms, roundings);
    }
  }
}
