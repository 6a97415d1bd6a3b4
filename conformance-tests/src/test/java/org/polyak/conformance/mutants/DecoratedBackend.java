package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.Download;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.FusedKernels;

/** Another backend under the same name. Subclasses override what they change. */
public class DecoratedBackend implements Backend {
  /** The backend behind it. */
  protected final Backend good;

  /** Changes nothing. */
  protected DecoratedBackend(Backend good) {
    this.good = good;
  }

  @Override
  public BackendInfo info() {
    return good.info();
  }

  @Override
  public Scope openScope(String label) {
    return good.openScope(label);
  }

  @Override
  public Kernels kernels() {
    return good.kernels();
  }

  @Override
  public FusedKernels fused() {
    return good.fused();
  }

  @Override
  public void upload(MemorySegment host, Tensor to) {
    good.upload(host, to);
  }

  @Override
  public void download(Tensor from, MemorySegment host) {
    good.download(from, host);
  }

  @Override
  public Download beginDownload(Tensor from) {
    return good.beginDownload(from);
  }

  @Override
  public void finish() {
    good.finish();
  }

  @Override
  public void close() {
    good.close();
  }
}
