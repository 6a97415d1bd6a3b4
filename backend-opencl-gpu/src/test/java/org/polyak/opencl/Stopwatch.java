package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Support;

/** Times work on a device, on random inputs. */
final class Stopwatch {
  private static final int WARM_UP = 3;
  private static final int IN_A_ROW = 10;
  private static final double PER_SECOND = 1e9;

  /** Random numbers of a tensor, which drawing would otherwise take most of the time for. */
  private static final int PERIOD = 1 << 20;

  private final Backend backend;
  private final int runs;
  private final SplittableRandom random = new SplittableRandom(1);

  /**
   * Medians in seconds.
   *
   * @param alone from a call to the end of its {@code finish()}
   * @param inARow the tenth part of ten calls and then {@code finish()}
   */
  record Times(double alone, double inARow) {}

  /**
   * A stopwatch.
   *
   * @param runs of which a time is the median
   */
  Stopwatch(Backend backend, int runs) {
    this.backend = backend;
    this.runs = runs;
  }

  Kernels kernels() {
    return backend.kernels();
  }

  FusedKernels fused() {
    return backend.fused();
  }

  /** For the tensors of one measurement. */
  Scope scope() {
    return backend.openScope("yardstick");
  }

  /** Times work that may be repeated. */
  Times time(Runnable work) {
    seconds(work, Math.min(WARM_UP, runs));
    return new Times(median(work, 1), median(work, IN_A_ROW) / IN_A_ROW);
  }

  private double median(Runnable work, int repetitions) {
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      seconds[i] = seconds(work, repetitions);
    }
    Arrays.sort(seconds);
    return seconds[runs / 2];
  }

  private double seconds(Runnable work, int repetitions) {
    long start = System.nanoTime();
    for (int i = 0; i < repetitions; i++) {
      work.run();
    }
    backend.finish();
    return (System.nanoTime() - start) / PER_SECOND;
  }

  /** Uniform in [−½, ½); large tensors repeat themselves. */
  Tensor random(Scope owner, int... dimensions) {
    Shape shape = Shape.of(dimensions);
    float[] values = new float[Math.toIntExact(shape.size())];
    int drawn = Math.min(values.length, PERIOD);
    for (int i = 0; i < drawn; i++) {
      values[i] = (random.nextInt() >> 8) * 0x1p-24f;
    }
    for (int i = drawn; i < values.length; i += drawn) {
      System.arraycopy(values, 0, values, i, Math.min(drawn, values.length - i));
    }
    Tensor tensor = owner.allocate(DType.F32, shape);
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }

  /** Uniform below a bound. */
  Tensor indices(Scope owner, int count, int bound) {
    int[] values = random.ints(count, 0, bound).toArray();
    Tensor tensor = owner.allocate(DType.I32, Shape.of(count));
    backend.upload(MemorySegment.ofArray(values), tensor);
    return tensor;
  }

  /** For results. */
  static Tensor empty(Scope owner, int... dimensions) {
    return owner.allocate(DType.F32, Shape.of(dimensions));
  }

  /** A fused operation of the backend. */
  static <T> T require(Support<T> support) {
    if (support instanceof Support.Native<T>(T kernel)) {
      return kernel;
    }
    throw new IllegalStateException("Not fused: " + support);
  }
}
