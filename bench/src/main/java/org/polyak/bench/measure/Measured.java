package org.polyak.bench.measure;

import java.util.List;

/** What came of measuring a load once. */
public sealed interface Measured {
  /**
   * Times were found.
   *
   * @param seconds of a run, the mean of each iteration
   * @param peakBytes the most device memory held, inputs included
   * @param heapBytes Java heap that a run allocates, the median of the iterations
   */
  record Times(List<Double> seconds, long peakBytes, double heapBytes) implements Measured {
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
