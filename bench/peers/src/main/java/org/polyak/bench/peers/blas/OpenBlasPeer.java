package org.polyak.bench.peers.blas;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;
import org.polyak.bench.peers.Versions;

/** OpenBLAS: matrix products. It has no product of batches, so that is a loop over its products. */
public final class OpenBlasPeer implements Peer {
  private static final List<String> FILES =
      List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5", "libopenblas.so.0");

  /** For the service loader. */
  public OpenBlasPeer() {}

  @Override
  public String id() {
    return "openblas";
  }

  @Override
  public String version() {
    return "OpenBLAS " + Versions.of("openblas");
  }

  @Override
  public boolean runs(Load load) {
    return load instanceof MatmulLoad;
  }

  @Override
  public OpenPeer open(int threads) {
    NativeLibrary library =
        NativeLibrary.load(
            UnpackedLibraries.ofUser()
                .folder(
                    OpenBlasPeer.class.getClassLoader(),
                    "openblas",
                    Versions.of("openblas"),
                    FILES),
            FILES);
    library.setter("openblas_set_num_threads").accept(threads);
    Gemm gemm = library.function(Gemm.class, "cblas_sgemm", Gemm.SIGNATURE);
    String description =
        "%s; kernels for %s; %d threads"
            .formatted(
                library.text("openblas_get_config").strip(),
                library.text("openblas_get_corename"),
                threads);
    return new Products(description, (load, a, b, c) -> multiply(gemm, load, a, b, c));
  }

  private static void multiply(
      Gemm gemm, MatmulLoad load, MemorySegment a, MemorySegment b, MemorySegment c) {
    int m = load.m();
    int k = load.k();
    int n = load.n();
    for (int i = 0; i < load.batch(); i++) {
      gemm.call(
          Gemm.ROW_MAJOR,
          Gemm.NO_TRANSPOSE,
          Gemm.NO_TRANSPOSE,
          m,
          n,
          k,
          1,
          a.asSlice((long) i * m * k * Float.BYTES),
          k,
          b.asSlice((long) i * k * n * Float.BYTES),
          n,
          0,
          c.asSlice((long) i * m * n * Float.BYTES),
          n);
    }
  }
}
