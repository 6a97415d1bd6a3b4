package org.polyak.conformance;

import com.example.heap.HeapProvider;
import java.lang.foreign.MemorySegment;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * A device whose products of matrices round their factors to fewer bits, as tensor cores do, and
 * which may or may not admit it.
 */
final class ReducedBackend implements Backend {
  private final Backend exact = new HeapProvider().open(BackendOptions.DEFAULTS);
  private final Precision computed;
  private final Precision reported;

  /**
   * A device.
   *
   * @param computed how it rounds factors
   * @param reported what it says
   */
  ReducedBackend(Precision computed, Precision reported) {
    this.computed = computed;
    this.reported = reported;
  }

  @Override
  public BackendInfo info() {
    BackendInfo info = exact.info();
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
    return new ReducedKernels(exact.kernels());
  }

  @Override
  public Scope openScope(String label) {
    return exact.openScope(label);
  }

  @Override
  public void upload(MemorySegment host, Tensor to) {
    exact.upload(host, to);
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    exact.download(from, host);
  }

  @Override
  public void finish() {
    exact.finish();
  }

  @Override
  public void close() {
    exact.close();
  }

  private final class ReducedKernels implements Kernels {
    private final Kernels kernels;

    ReducedKernels(Kernels kernels) {
      this.kernels = kernels;
    }

    @Override
    public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
      try (Scope scope = exact.openScope("rounded factors")) {
        kernels.matmul(rounded(scope, a), rounded(scope, b), accumulate, out);
      }
    }

    private Tensor rounded(Scope scope, Tensor factor) {
      float[] values = new float[Math.toIntExact(factor.shape().size())];
      exact.download(factor, MemorySegment.ofArray(values));
      for (int i = 0; i < values.length; i++) {
        values[i] = computed.nearest(values[i]);
      }
      Tensor rounded = scope.allocate(DType.F32, factor.shape());
      exact.upload(MemorySegment.ofArray(values), rounded);
      return rounded;
    }

    @Override
    public void fill(Tensor out, double value) {
      kernels.fill(out, value);
    }

    @Override
    public void copy(Tensor in, Tensor out) {
      kernels.copy(in, out);
    }

    @Override
    public void unary(UnaryOp op, Tensor in, Tensor out) {
      kernels.unary(op, in, out);
    }

    @Override
    public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
      kernels.binary(op, a, b, out);
    }

    @Override
    public void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
      kernels.select(condition, a, b, out);
    }

    @Override
    public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
      kernels.reduce(op, in, axis, out);
    }

    @Override
    public void cumulativeSum(Tensor in, int axis, boolean reversed, Tensor out) {
      kernels.cumulativeSum(in, axis, reversed, out);
    }

    @Override
    public void gatherRows(Tensor table, Tensor indices, Tensor out) {
      kernels.gatherRows(table, indices, out);
    }

    @Override
    public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
      kernels.scatterAddRows(rows, indices, table);
    }
  }
}
