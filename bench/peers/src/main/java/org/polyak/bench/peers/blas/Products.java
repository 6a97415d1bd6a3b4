package org.polyak.bench.peers.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.MatmulLoad;
import org.polyak.bench.load.Numbers;
import org.polyak.bench.peer.OpenPeer;
import org.polyak.bench.peer.PeerInputs;

/** Matrix products by a library that is loaded, on aligned memory outside of the Java heap. */
final class Products implements OpenPeer {
  /** A vector register of AVX-512, and a line of the cache. */
  private static final long ALIGNMENT = 64;

  private final Arena memory = Arena.ofConfined();
  private final String description;
  private final Multiplier multiplier;

  /** Computes all products of a load. */
  @FunctionalInterface
  interface Multiplier {
    /** {@code c = a·b}; products of a batch lie one after the other. */
    void multiply(MatmulLoad load, MemorySegment a, MemorySegment b, MemorySegment c);
  }

  Products(String description, Multiplier multiplier) {
    this.description = description;
    this.multiplier = multiplier;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Load.Work prepare(Load load, PeerInputs inputs) {
    if (!(load instanceof MatmulLoad products)) {
      throw new IllegalArgumentException("A BLAS multiplies matrices, and no more: " + load);
    }
    Numbers numbers = inputs.numbers();
    MemorySegment a = copy(numbers.normal("a", products.dimsOfA()));
    MemorySegment b = copy(numbers.normal("b", products.dimsOfB()));
    int size = products.batch() * products.m() * products.n();
    MemorySegment c = memory.allocate((long) size * Float.BYTES, ALIGNMENT);
    Runnable run = () -> multiplier.multiply(products, a, b, c);
    return Load.Work.of(
        run,
        () -> {
          run.run();
          return List.of(c.toArray(ValueLayout.JAVA_FLOAT));
        });
  }

  @Override
  public void close() {
    memory.close();
  }

  private MemorySegment copy(float[] values) {
    MemorySegment segment = memory.allocate((long) values.length * Float.BYTES, ALIGNMENT);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }
}
