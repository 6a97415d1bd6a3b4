package org.polyak.conformance.golden;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.oracle.Array;

/**
 * One golden file while it is replayed on a backend: what {@code nn} gives is compared, with the
 * file's own tolerances for float32, and at the end every output and gradient of the file must have
 * been compared.
 */
final class BackendReplay {
  private final CaseContext context;
  private final GoldenFile file;
  private final Set<String> open;

  BackendReplay(CaseContext context, GoldenFile file) {
    this.context = context;
    this.file = file;
    this.open = file.resultNames();
  }

  CaseContext context() {
    return context;
  }

  GoldenFile file() {
    return file;
  }

  /** The elements in the order of the file's tensor. */
  void compare(String tensor, float[] got) {
    compare(tensor, got, file.tensor(tensor));
  }

  /** A result [B, N, H, D]; the file has [B, H, N, D]. */
  void compareHeads(String tensor, float[] got) {
    compare(tensor, got, file.tensor(tensor).transpose(0, 2, 1, 3));
  }

  /** Elements that the file holds in another order. */
  void compare(String tensor, float[] got, Array want) {
    Tolerance tolerance = file.tolerance32(tensor);
    IntToDoubleFunction bound = i -> tolerance.bound(want.data()[i]);
    context.expect(tensor, got, want, bound);
    open.remove(tensor);
  }

  /** Gradients, in the order of the inputs. */
  void compareGradients(Differentiated found, String... tensors) {
    for (int i = 0; i < tensors.length; i++) {
      compare(tensors[i], found.gradients().get(i));
    }
  }

  /** Names what was left out. */
  void finish() {
    context.check(open.isEmpty(), "not compared: " + open);
  }

  /** The tensors {@code weight.*}, by name. */
  Map<String, Array> weights() {
    return new TreeMap<>(file.tensorsBelow("weight."));
  }
}
