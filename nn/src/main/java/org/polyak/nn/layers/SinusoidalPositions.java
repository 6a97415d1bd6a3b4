package org.polyak.nn.layers;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;

/**
 * Sinusoidal position encodings: channel 2i of position t is {@code sin(t·ω_i)} and channel 2i + 1
 * is {@code cos(t·ω_i)} with {@code ω_i = 10000^(−2i/width)}. Not trained.
 */
public final class SinusoidalPositions {
  private static final double BASE = 10_000;

  private final Variable table;
  private final int length;

  /**
   * Computes the table on the host, in double precision.
   *
   * @param ops its scope owns the table
   * @param length number of positions
   * @param width number of channels, even
   */
  public SinusoidalPositions(Ops ops, int length, int width) {
    this.length = length;
    this.table = ops.constant(values(length, width), length, width);
  }

  /**
   * Encodings of consecutive positions.
   *
   * @return [to − from, width]
   */
  public Variable range(Ops ops, int from, int to) {
    if (to > length) {
      throw new IllegalArgumentException(
          "Position %d lies beyond the model's maximum length %d. Shorten the sequence or raise maximumLength."
              .formatted(to - 1, length));
    }
    return ops.slice(table, 0, from, to);
  }

  /** The table, row-major. */
  static float[] values(int length, int width) {
    if (width % 2 != 0) {
      throw new IllegalArgumentException(
          "Sinusoidal positions come in pairs of sine and cosine: %d channels are odd."
              .formatted(width));
    }
    float[] values = new float[length * width];
    for (int channel = 0; channel < width; channel += 2) {
      double frequency = StrictMath.pow(BASE, -(double) channel / width);
      for (int position = 0; position < length; position++) {
        values[position * width + channel] = (float) StrictMath.sin(position * frequency);
        values[position * width + channel + 1] = (float) StrictMath.cos(position * frequency);
      }
    }
    return values;
  }
}
