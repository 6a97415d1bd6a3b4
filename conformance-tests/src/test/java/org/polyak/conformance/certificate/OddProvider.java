package org.polyak.conformance.certificate;

import com.example.heap.HeapProvider;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Kernels;
import org.polyak.spi.Probe;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;

/**
 * A backend with one oddity. Ignores all options.
 *
 * @param id its id
 * @param oddity what it makes of a good backend
 */
record OddProvider(String id, UnaryOperator<Backend> oddity) implements BackendProvider {
  @Override
  public int spiVersion() {
    return SPI_VERSION;
  }

  @Override
  public Probe probe(BackendOptions options) {
    return new Probe.Ready(List.of());
  }

  @Override
  public Backend open(BackendOptions options) {
    return oddity.apply(new HeapProvider().open(BackendOptions.DEFAULTS));
  }

  static Backend exact(Backend backend) {
    return backend;
  }

  /** Loses what is uploaded. */
  static Backend forgetful(Backend backend) {
    return new Odd(backend, backend.info(), false);
  }

  static Backend reporting(Backend backend, String precision) {
    BackendInfo info = backend.info();
    return new Odd(
        backend,
        new BackendInfo(
            info.backend(),
            info.device(),
            info.driver(),
            precision,
            info.threads(),
            info.details()),
        true);
  }

  private record Odd(Backend backend, BackendInfo info, boolean uploads) implements Backend {
    @Override
    public Scope openScope(String label) {
      return backend.openScope(label);
    }

    @Override
    public Kernels kernels() {
      return backend.kernels();
    }

    @Override
    public void upload(MemorySegment host, Tensor to) {
      if (uploads) {
        backend.upload(host, to);
      }
    }

    @Override
    public void download(Tensor from, MemorySegment host) {
      backend.download(from, host);
    }

    @Override
    public void finish() {
      backend.finish();
    }

    @Override
    public void close() {
      backend.close();
    }
  }
}
