package org.polyak.conformance.golden;

import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.oracle.Array;

/**
 * One golden file while it is replayed on the oracle: its results are compared with the file's own
 * tolerances for float64, and at the end every output and gradient of the file must have been
 * compared.
 */
final class OracleReplay {
  private final CaseContext context;
  private final GoldenFile file;
  private final Set<String> open;

  OracleReplay(CaseContext context, GoldenFile file) {
    this.context = context;
    this.file = file;
    this.open = file.resultNames();
  }

  void tensor(String name, Array got) {
    tensor(name, got, 0);
  }

  /** As above, where the reference itself is off by {@code referenceError}, relatively. */
  void tensor(String name, Array got, double referenceError) {
    Array want = file.tensor(name);
    Tolerance stated = file.tolerance64(name);
    Tolerance tolerance = new Tolerance(stated.relative() + referenceError, stated.absolute());
    IntToDoubleFunction bound = i -> tolerance.bound(want.data()[i]);
    context.expect(name, got, want, bound);
    open.remove(name);
  }

  void scalar(String name, double got) {
    tensor(name, Array.of(new double[] {got}));
  }

  /** Names what was left out. */
  void finish() {
    context.check(open.isEmpty(), "not compared: " + open);
  }
}
