package org.polyak.bench.result;

import java.util.List;
import org.polyak.bench.load.Amount;
import org.polyak.bench.load.LoadId;

/**
 * What a run found about one load, computed by one contender.
 *
 * @param load which
 * @param by who computed it
 * @param amount how much work a run of it is
 * @param seconds all samples, in the order in which they were taken; empty when it failed
 * @param peakBytes the most device memory held, inputs included; 0 where that is not known
 * @param heapBytes Java heap that one run of the load allocates
 * @param difference of a peer's outputs from ours, as a share of the norm; 0 for ours
 * @param failure why there are no samples; empty when there are
 */
public record Point(
    LoadId load,
    Contender by,
    Amount amount,
    List<Double> seconds,
    long peakBytes,
    double heapBytes,
    double difference,
    String failure) {
  /** Copies the list. */
  public Point {
    seconds = List.copyOf(seconds);
  }

  /** Whether there are samples. */
  public boolean succeeded() {
    return !seconds.isEmpty();
  }

  /**
   * What it is called beside others of the same load and shape: the variant, or who computed it.
   */
  public String series() {
    if (load.variant().isEmpty()) {
      return by.id();
    }
    return by.kind() == Contender.Kind.PEER
        ? "%s by %s".formatted(load.variant(), by)
        : load.variant();
  }

  /** Median and quartiles of the samples, of which there must be some. */
  public Spread time() {
    return Spread.of(seconds);
  }

  /** The median speed in the unit of the amount. */
  public double rate() {
    return amount.rate(time().median());
  }
}
