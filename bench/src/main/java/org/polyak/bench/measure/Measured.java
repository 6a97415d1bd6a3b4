package org.polyak.bench.measure;

import java.util.List;

/** What came of measuring a load once. */
public sealed interface Measured {
  /**
   * Times were found.
   *
   * @param seconds of a run, the mean of each iteration
   * @param peakBytes the most device memory held, inputs included; 0 where that is not known
   * @param heapBytes Java heap that a run allocates, in the iteration that allocates least
   * @param difference of a peer's outputs from ours, as a share of the norm; 0 for ours
   */
  record Times(List<Double> seconds, long peakBytes, double heapBytes, double difference)
      implements Measured {
    /** Copies the list. */
    public Times {
      seconds = List.copyOf(seconds);
    }
  }

  /**
   * It did not run to its end.
   *
   * @param reason what the process said first about it
   */
  record Failure(String reason) implements Measured {}
}
