package org.polyak.nn.random;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/**
 * The generator behind initial parameters, data order, dropout and sampling. Backends draw nothing,
 * so a seed gives the same numbers on every backend, machine and JVM. The methods declared here are
 * specified completely; the other methods of {@link RandomGenerator} are the JDK's.
 *
 * <ul>
 *   <li><b>Key.</b> Each stream has a 64-bit key; that of {@link #ofSeed} is the seed.
 *   <li><b>State.</b> Four consecutive outputs of SplitMix64 started at the key.
 *   <li><b>Step.</b> xoshiro256++ (Blackman and Vigna): {@code result = rotl(s0 + s3, 23) + s0; t =
 *       s1 << 17; s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3; s2 ^= t; s3 = rotl(s3, 45)}.
 *   <li><b>Splitting.</b> The key of a labelled stream is the first output of SplitMix64 started at
 *       {@code key ^ fnv(label)}, with the 64-bit FNV-1a hash of the label's UTF-8 bytes. It does
 *       not depend on how many numbers were drawn.
 *   <li><b>Derived values.</b> See each method. Transcendental functions are those of {@link
 *       StrictMath}.
 * </ul>
 *
 * <p>Not thread-safe: give each thread a stream of its own.
 */
public final class Generator implements RandomGenerator {
  private static final int STATE_LENGTH = 5;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long key;
  private long s0;
  private long s1;
  private long s2;
  private long s3;

  private Generator(long key, long s0, long s1, long s2, long s3) {
    this.key = key;
    this.s0 = s0;
    this.s1 = s1;
    this.s2 = s2;
    this.s3 = s3;
  }

  /** The stream of a seed. Any seed will do. */
  public static Generator ofSeed(long seed) {
    return new Generator(
        seed, splitMix(seed, 1), splitMix(seed, 2), splitMix(seed, 3), splitMix(seed, 4));
  }

  /**
   * A generator that goes on where {@link #state} was taken.
   *
   * @throws IllegalArgumentException when the numbers are not such a state
   */
  public static Generator ofState(long[] state) {
    if (state.length != STATE_LENGTH || (state[1] | state[2] | state[3] | state[4]) == 0) {
      throw new IllegalArgumentException(
          "A generator state has %d numbers, of which the last four are not all 0; got %d numbers."
              .formatted(STATE_LENGTH, state.length));
    }
    return new Generator(state[0], state[1], state[2], state[3], state[4]);
  }

  /** The key and the four words of state, for a checkpoint. */
  public long[] state() {
    return new long[] {key, s0, s1, s2, s3};
  }

  /**
   * The stream of this key and a label, at its start. Equal labels give equal streams, different
   * labels independent ones; this generator does not advance.
   */
  public Generator split(String label) {
    long hash = 0xCBF29CE484222325L;
    for (byte octet : label.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (octet & 0xFF)) * 0x100000001B3L;
    }
    return ofSeed(splitMix(key ^ hash, 1));
  }

  /** 64 uniform bits: one step. */
  @Override
  public long nextLong() {
    long result = Long.rotateLeft(s0 + s3, 23) + s0;
    long t = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = Long.rotateLeft(s3, 45);
    return result;
  }

  /** 32 uniform bits: the upper half of {@link #nextLong}. */
  @Override
  public int nextInt() {
    return (int) (nextLong() >>> 32);
  }

  /**
   * Uniform in {@code [0, bound)} without bias (Lemire): the upper half of {@code x · bound} for 32
   * uniform bits x, drawn again while the lower half is below {@code 2³² mod bound}.
   *
   * @throws IllegalArgumentException when the bound is not positive
   */
  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("A bound must be positive, not " + bound + ".");
    }
    long reject = (1L << 32) % bound;
    while (true) {
      long product = (nextInt() & 0xFFFFFFFFL) * bound;
      if ((product & 0xFFFFFFFFL) >= reject) {
        return (int) (product >>> 32);
      }
    }
  }

  /**
   * Uniform in {@code [origin, bound)}: {@code origin + nextInt(bound − origin)}.
   *
   * @throws IllegalArgumentException when the range is empty or has 2³¹ numbers or more
   */
  @Override
  public int nextInt(int origin, int bound) {
    long width = (long) bound - origin;
    if (width <= 0 || width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "The range [%d, %d) is empty or too wide.".formatted(origin, bound));
    }
    return origin + nextInt((int) width);
  }

  /** Uniform in [0, 1): the upper 24 bits of one step, times 2⁻²⁴. */
  @Override
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /** Uniform in [0, 1): the upper 53 bits of one step, times 2⁻⁵³. */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * Normal with mean 0 and variance 1 (Box and Muller): {@code √(−2 ln(1 − u)) cos(2πv)} for two
   * doubles u, v drawn in this order. Nothing is kept for the next call.
   */
  @Override
  public double nextGaussian() {
    double u = nextDouble();
    double v = nextDouble();
    return StrictMath.sqrt(-2 * StrictMath.log(1 - u)) * StrictMath.cos(2 * StrictMath.PI * v);
  }

  /** Float values uniform in {@code [low, high)}: {@code (float) (low + (high − low) · double)}. */
  public float[] uniform(int count, double low, double high) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (low + (high - low) * nextDouble());
    }
    return values;
  }

  /** Normal float values: {@code (float) (mean + deviation · gaussian)}. */
  public float[] gaussian(int count, double mean, double deviation) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (mean + deviation * nextGaussian());
    }
    return values;
  }

  /**
   * Shuffles in place (Fisher and Yates, from the end): for i from last to 1 exchanges i with
   * {@code nextInt(i + 1)}.
   */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  /** The numbers from 0 to {@code count − 1}, shuffled. */
  public int[] permutation(int count) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = i;
    }
    shuffle(values);
    return values;
  }

  /** Output n, counted from 1, of SplitMix64 (Steele, Lea and Flood) started at a seed. */
  private static long splitMix(long seed, int n) {
    long z = seed + n * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
