package org.polyak.bench.load;

import org.polyak.nn.random.Generator;
import org.polyak.spi.Shape;

/**
 * The numbers that loads work on, each array from a stream of its own: equal for every backend and
 * every peer, and in every process.
 */
public final class Numbers {
  private static final double DEVIATION = 0.5;

  private final Generator generator = Generator.ofSeed(1);

  /** The numbers of all loads. */
  public Numbers() {}

  /**
   * Normal numbers of mean 0 and deviation 1/2.
   *
   * @param name as the load calls the array
   * @param dims its extents; row-major
   */
  public float[] normal(String name, int... dims) {
    int size = Math.toIntExact(Shape.of(dims).size());
    return generator.split(name).gaussian(size, 0, DEVIATION);
  }

  /** Uniform integers in [0, bound). */
  public int[] integers(String name, int count, int bound) {
    Generator stream = generator.split(name);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = stream.nextInt(bound);
    }
    return values;
  }
}
