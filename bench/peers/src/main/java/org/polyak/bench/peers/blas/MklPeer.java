package org.polyak.bench.peers.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.Peer;
import org.polyak.bench.peers.Versions;

/** Intel's Math Kernel Library: matrix products, and batches of them. */
public final class MklPeer implements Peer {
  /** The library, which loads the others from its own folder as it needs them. */
  private static final List<String> LOADED = List.of("libiomp5.so", "libmkl_rt.so.2");

  /** Its layers, and the kernels of all kinds of processors. */
  private static final List<String> OTHERS =
      List.of(
          "libmkl_core.so.2",
          "libmkl_intel_lp64.so.2",
          "libmkl_intel_thread.so.2",
          "libmkl_def.so.2",
          "libmkl_mc3.so.2",
          "libmkl_avx2.so.2",
          "libmkl_avx512.so.2");

  private static final int VERSION_BYTES = 200;

  /** For the service loader. */
  public MklPeer() {}

  @Override
  public String id() {
    return "mkl";
  }

  @Override
  public String version() {
    return "MKL " + Versions.of("mkl");
  }

  @Override
  public boolean runs(Load load) {
    return load instanceof MatmulLoad;
  }

  @Override
  public OpenPeer open(int threads) {
    List<String> files = Stream.concat(LOADED.stream(), OTHERS.stream()).toList();
    NativeLibrary library =
        NativeLibrary.load(
            UnpackedLibraries.ofUser()
                .folder(MklPeer.class.getClassLoader(), "mkl", Versions.of("mkl"), files),
            LOADED);
    library.setter("MKL_Set_Dynamic").accept(0);
    library.setter("MKL_Set_Num_Threads").accept(threads);
    BatchedGemm batched =
        library.function(BatchedGemm.class, "cblas_sgemm_batch_strided", BatchedGemm.SIGNATURE);
    Gemm gemm = library.function(Gemm.class, "cblas_sgemm", Gemm.SIGNATURE);
    return new Products(
        "%s; %d threads".formatted(version(library), threads),
        (load, a, b, c) -> {
          if (load.batch() == 1) {
            multiply(gemm, load, a, b, c);
          } else {
            multiply(batched, load, a, b, c);
          }
        });
  }

  private static void multiply(
      Gemm gemm, MatmulLoad load, MemorySegment a, MemorySegment b, MemorySegment c) {
    gemm.call(
        Gemm.ROW_MAJOR,
        Gemm.NO_TRANSPOSE,
        Gemm.NO_TRANSPOSE,
        load.m(),
        load.n(),
        load.k(),
        1,
        a,
        load.k(),
        b,
        load.n(),
        0,
        c,
        load.n());
  }

  private static void multiply(
      BatchedGemm gemm, MatmulLoad load, MemorySegment a, MemorySegment b, MemorySegment c) {
    int m = load.m();
    int k = load.k();
    int n = load.n();
    gemm.call(
        Gemm.ROW_MAJOR,
        Gemm.NO_TRANSPOSE,
        Gemm.NO_TRANSPOSE,
        m,
        n,
        k,
        1,
        a,
        k,
        m * k,
        b,
        n,
        k * n,
        0,
        c,
        n,
        m * n,
        load.batch());
  }

  /** Version, build and the instructions that were chosen for this processor. */
  private static String version(NativeLibrary library) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(VERSION_BYTES);
      library
          .function(
              VersionText.class,
              "MKL_Get_Version_String",
              FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
          .call(text, VERSION_BYTES);
      return text.getString(0).strip();
    }
  }

  /** The function {@code MKL_Get_Version_String}. */
  @FunctionalInterface
  public interface VersionText {
    /** Calls it. */
    void call(MemorySegment text, int bytes);
  }
}
