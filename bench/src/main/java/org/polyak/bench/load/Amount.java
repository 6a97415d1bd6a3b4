package org.polyak.bench.load;

/**
 * How much work one run is: what must be computed and moved at least, not what an implementation
 * happens to do. Zero where a count says nothing about the speed.
 *
 * @param operations floating-point operations, a multiplication and an addition counting as two
 * @param bytes read and written when every input and output is touched once
 * @param items tokens, images or other things made
 * @param item what the items are, in the plural; empty when there are none
 */
public record Amount(double operations, double bytes, double items, String item) {
  private static final double GIGA = 1e9;

  /** Bounded by arithmetic. */
  public static Amount ofOperations(double operations, double bytes) {
    return new Amount(operations, bytes, 0, "");
  }

  /** Bounded by memory. */
  public static Amount ofBytes(double bytes) {
    return new Amount(0, bytes, 0, "");
  }

  /** Makes things. */
  public static Amount ofItems(double items, String item) {
    return new Amount(0, 0, items, item);
  }

  /** The unit in which the speed is told: that of items, else of operations, else of bytes. */
  public String unit() {
    if (items > 0) {
      return item + "/s";
    }
    return operations > 0 ? "GFLOP/s" : "GB/s";
  }

  /** The speed in {@link #unit}. */
  public double rate(double seconds) {
    if (items > 0) {
      return items / seconds;
    }
    return (operations > 0 ? operations : bytes) / GIGA / seconds;
  }

  /** Billions of bytes per second; 0 where bytes are not counted. */
  public double gigabytesPerSecond(double seconds) {
    return bytes / GIGA / seconds;
  }
}
