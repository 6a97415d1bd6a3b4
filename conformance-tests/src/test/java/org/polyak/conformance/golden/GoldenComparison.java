package org.polyak.conformance.golden;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.polyak.conformance.oracle.Array;

/** Compares the results for one golden case and remembers which of its tensors were compared. */
final class GoldenComparison {
  private final GoldenFile file;
  private final Set<String> compared = new TreeSet<>();
  private final List<String> differences = new ArrayList<>();

  GoldenComparison(GoldenFile file) {
    this.file = file;
  }

  /** Element by element, within the case's float64 tolerance for this tensor. */
  void tensor(String name, Array got) {
    tensor(name, got, 0);
  }

  /**
   * The same where the reference itself is known to be off by {@code referenceError}, relatively.
   */
  void tensor(String name, Array got, double referenceError) {
    compared.add(name);
    Array want = file.tensor(name);
    assertThat(got.size()).as("size of %s of %s", name, file).isEqualTo(want.size());
    Tolerance stated = file.tolerance64(name);
    Tolerance tolerance = new Tolerance(stated.relative() + referenceError, stated.absolute());
    int worst = -1;
    double excess = 0;
    for (int i = 0; i < want.size(); i++) {
      double difference = Math.abs(got.data()[i] - want.data()[i]);
      double ratio = difference / tolerance.bound(want.data()[i]);
      if (!tolerance.accepts(got.data()[i], want.data()[i]) && !(ratio <= excess)) {
        worst = i;
        excess = ratio;
      }
    }
    if (worst >= 0) {
      differences.add(
          "%s of shape %s: element %d is %.17g, golden %.17g, allowed difference %.3g"
              .formatted(
                  name,
                  Arrays.toString(want.shape()),
                  worst,
                  got.data()[worst],
                  want.data()[worst],
                  tolerance.bound(want.data()[worst])));
    }
  }

  void scalar(String name, double got) {
    tensor(name, Array.of(new double[] {got}));
  }

  /** Fails for every difference, and for every output and gradient that nobody compared. */
  void finish() {
    Set<String> expected = new TreeSet<>(file.tensorNames());
    expected.removeIf(name -> !name.startsWith("out.") && !name.startsWith("grad."));
    assertThat(compared).as("tensors compared of %s", file).isEqualTo(expected);
    assertThat(differences).as("differences from %s", file).isEmpty();
  }
}
