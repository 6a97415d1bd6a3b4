package org.polyak.conformance;

import java.util.SplittableRandom;
import org.polyak.conformance.oracle.Array;

/**
 * Seeded inputs: float32 numbers, which float64 holds exactly. One object draws a sequence; the
 * same seed draws the same.
 */
public final class Samples {
  /** Where the inputs of a case come from, for certificates. */
  public static final String ORIGIN =
      "Each case draws its inputs from java.util.SplittableRandom, seeded with the String.hashCode"
          + " of its id and split once.";

  private final SplittableRandom random;

  /** From a seed, usually the case's id. */
  public Samples(String seed) {
    // Splitting mixes the seed: ids that follow each other would otherwise draw shifted sequences.
    this.random = new SplittableRandom(seed.hashCode()).split();
  }

  /** Standard normal numbers times a scale, rounded to float32. */
  public float[] normal(int count, double scale) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (scale * gaussian());
    }
    return values;
  }

  /**
   * Signed, zero-mean numbers whose magnitudes are spread evenly over the exponents from −range to
   * range of 2.
   */
  public float[] mixed(int count, int range) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (gaussian() * Math.pow(2, random.nextInt(-range, range + 1)));
    }
    return values;
  }

  /** Numbers from a range, rounded to float32. */
  public float[] uniform(int count, double from, double to) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (from + (to - from) * random.nextDouble());
    }
    return values;
  }

  /** Integers from {@code [from, to)}. */
  public int[] integers(int count, int from, int to) {
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextInt(from, to);
    }
    return values;
  }

  /** The same numbers as float64. */
  public static Array array(float[] values, int... shape) {
    double[] data = new double[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = values[i];
    }
    return Array.of(data, shape);
  }

  /** The numbers rounded to float32. */
  public static float[] floats(Array array) {
    float[] values = new float[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) array.data()[i];
    }
    return values;
  }

  private double gaussian() {
    double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
    return radius * Math.cos(2 * Math.PI * random.nextDouble());
  }
}
