package org.polyak.conformance.mutants;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.polyak.spi.Backend;
import org.polyak.spi.Kernels;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FusedKernels;

/**
 * A backend with one bug.
 *
 * @param name short, unique, for example {@code tail-skipped}
 * @param bug what its author got wrong, as a sentence
 * @param origin the good backend that it is made from
 * @param broken opens it
 * @param killers ids of cases that fail on it and pass on {@code origin}: not all, but some from
 *     different angles
 */
record Mutant(
    String name, String bug, GoodBackend origin, Supplier<Backend> broken, List<String> killers) {

  /** The heap backend with other verbs. */
  static Mutant verbs(
      String name, String bug, Function<Backend, Kernels> broken, String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.HEAP,
        () -> {
          Backend good = GoodBackend.HEAP.open();
          Kernels kernels = broken.apply(good);
          return new DecoratedBackend(good) {
            @Override
            public Kernels kernels() {
              return kernels;
            }
          };
        },
        List.of(killers));
  }

  /** The CPU backend with other fused operations. */
  static Mutant fused(
      String name,
      String bug,
      BiFunction<HostMemory, FusedKernels, FusedKernels> broken,
      String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.CPU,
        () -> {
          Backend good = GoodBackend.CPU.open();
          FusedKernels fused = broken.apply(new HostMemory(good), good.fused());
          return new DecoratedBackend(good) {
            @Override
            public FusedKernels fused() {
              return fused;
            }
          };
        },
        List.of(killers));
  }

  /** The CPU backend with other fused attention of the linear family. */
  static Mutant attention(
      String name,
      String bug,
      BiFunction<HostMemory, AttentionSpec, AttentionKernel> broken,
      String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.RECURRENCE,
        () -> RecurrentAttention.offeredBy(GoodBackend.CPU.open(), broken),
        List.of(killers));
  }

  @Override
  public String toString() {
    return name;
  }
}
