package org.polyak.conformance;

import com.example.heap.HeapProvider;
import java.lang.foreign.MemorySegment;
import org.polyak.conformance.mutants.DecoratedBackend;
import org.polyak.conformance.mutants.DecoratedKernels;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;

/**
 * A device whose products of matrices round their factors to fewer bits, as tensor cores do, and
 * which may or may not admit it.
 */
final class ReducedBackend extends DecoratedBackend {
  private final Precision computed;
  private final Precision reported;

  /**
   * A device.
   *
   * @param computed how it rounds factors
   * @param reported what it says
   */
  ReducedBackend(Precision computed, Precision reported) {
    super(new HeapProvider().open(BackendOptions.DEFAULTS));
    this.computed = computed;
    this.reported = reported;
  }

  @Override
  public BackendInfo info() {
    BackendInfo info = good.info();
    return new BackendInfo(
        info.backend(),
        info.device(),
        info.driver(),
        reported.id(),
        info.threads(),
        info.details());
  }

  @Override
  public Kernels kernels() {
    return new ReducedKernels();
  }

  private final class ReducedKernels extends DecoratedKernels {
    ReducedKernels() {
      super(ReducedBackend.this.good);
    }

    @Override
    public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
      try (Scope scope = openScope("rounded factors")) {
        good.matmul(rounded(scope, a), rounded(scope, b), accumulate, out);
      }
    }

    private Tensor rounded(Scope scope, Tensor factor) {
      float[] values = new float[Math.toIntExact(factor.shape().size())];
      download(factor, MemorySegment.ofArray(values));
      for (int i = 0; i < values.length; i++) {
        values[i] = computed.nearest(values[i]);
      }
      Tensor rounded = scope.allocate(DType.F32, factor.shape());
      upload(MemorySegment.ofArray(values), rounded);
      return rounded;
    }
  }
}
