package org.polyak.bench.measure;

import java.util.List;
import java.util.Locale;
import org.polyak.bench.load.Load;

/** Whether a peer finds what we find. */
final class Agreement {
  private Agreement() {}

  /**
   * Compares each output by the norm of the difference, as a share of the norm of ours.
   *
   * @return the largest of these shares
   * @throws WrongResultException when one is larger than the load tolerates, or when the outputs do
   *     not even have the same sizes
   */
  static double require(Load load, List<float[]> ours, List<float[]> theirs) {
    if (ours.size() != theirs.size()) {
      throw new WrongResultException(
          "the peer gives %d outputs, we give %d".formatted(theirs.size(), ours.size()));
    }
    double largest = 0;
    for (int i = 0; i < ours.size(); i++) {
      if (ours.get(i).length != theirs.get(i).length) {
        throw new WrongResultException(
            "output %d of the peer has %d elements, ours has %d"
                .formatted(i + 1, theirs.get(i).length, ours.get(i).length));
      }
      double difference = difference(ours.get(i), theirs.get(i));
      if (!(difference <= load.tolerance())) {
        throw new WrongResultException(
            String.format(
                Locale.ROOT,
                "output %d of the peer differs from ours by %.2g of its norm, and rounding explains no more than %.2g",
                i + 1,
                difference,
                load.tolerance()));
      }
      largest = Math.max(largest, difference);
    }
    return largest;
  }

  private static double difference(float[] ours, float[] theirs) {
    double squares = 0;
    double differences = 0;
    for (int i = 0; i < ours.length; i++) {
      double difference = (double) theirs[i] - ours[i];
      squares += (double) ours[i] * ours[i];
      differences += difference * difference;
    }
    return differences == 0 ? 0 : Math.sqrt(differences / squares);
  }
}
