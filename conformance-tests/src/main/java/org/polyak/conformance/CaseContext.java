package org.polyak.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.memory.GuardedMemory;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Backend;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.Support;

/**
 * What a running case works with: the backend, guarded memory, and where to report. Made for one
 * run of one case. Not thread-safe.
 */
public final class CaseContext {
  private final Backend backend;
  private final UnaryOperator<String> rerunCommand;
  private final Engine engine;
  private final Precision precision;
  private final ErrorModel errors;
  private final Scope scope;
  private final GuardedMemory memory;
  private final List<String> failures = new ArrayList<>();
  private @Nullable Discrepancy worst;
  private @Nullable Throwable cause;

  /**
   * For one run.
   *
   * @param backend open, and left open
   * @param rerunCommand makes the command that runs a case alone from the case's id
   */
  public CaseContext(Backend backend, UnaryOperator<String> rerunCommand) {
    this.backend = backend;
    this.rerunCommand = rerunCommand;
    this.engine = new Engine(backend);
    this.precision = Precision.of(backend.info().precision());
    this.errors = new ErrorModel(precision);
    this.scope = backend.openScope("conformance");
    this.memory = new GuardedMemory(backend, scope.child("guarded"));
  }

  /** The backend under test. */
  public Backend backend() {
    return backend;
  }

  /** Its verbs. */
  public Kernels kernels() {
    return backend.kernels();
  }

  /** The backend with what it fuses, for operations of {@code nn}. */
  public Engine engine() {
    return engine;
  }

  /** The precision that the backend reports. */
  public Precision precision() {
    return precision;
  }

  /** The bounds for that precision. */
  public ErrorModel errors() {
    return errors;
  }

  /** An owner of memory that closes with the case. */
  public Scope scope() {
    return scope;
  }

  /** Poisoned, guarded memory, checked when the case ends. */
  public GuardedMemory memory() {
    return memory;
  }

  /** The kernel of a fused operation when the backend offers it; otherwise null. */
  public <K> @Nullable K kernel(Support<K> support) {
    return switch (support) {
      case Support.Native<K>(K kernel) -> kernel;
      case Support.Unsupported<K> unsupported -> null;
    };
  }

  /**
   * Compares a result with what was expected: each element, and the root mean square of all.
   *
   * @param tensor its name in messages
   * @param got the elements, row-major
   */
  public void expect(String tensor, float[] got, Expected expected) {
    Array want = expected.values();
    boolean within = expect(tensor, got, want, i -> errors.bound(expected, i));
    if (!within || got.length == 0 || expected.roundings() == 0) {
      return;
    }
    double squaredError = 0;
    for (int i = 0; i < got.length; i++) {
      squaredError += (got[i] - want.data()[i]) * (got[i] - want.data()[i]);
    }
    if (Double.isFinite(squaredError)) {
      compare(
          new Discrepancy(
              "root mean square error of " + tensor,
              List.of(),
              Math.sqrt(squaredError / got.length),
              0,
              errors.rootMeanSquareBound(expected)));
    }
  }

  /**
   * Compares a result element by element with bounds that come with the values.
   *
   * @param tensor its name in messages
   * @param got the elements, row-major
   * @param bound the largest error of each element
   * @return whether all are within their bounds
   */
  public boolean expect(String tensor, float[] got, Array want, IntToDoubleFunction bound) {
    return expect(tensor, got.length, i -> got[i], want, bound);
  }

  /** The same for a result in float64. */
  public boolean expect(String tensor, Array got, Array want, IntToDoubleFunction bound) {
    return expect(tensor, got.size(), i -> got.data()[i], want, bound);
  }

  private boolean expect(
      String tensor, int count, IntToDoubleFunction got, Array want, IntToDoubleFunction bound) {
    if (count != want.size()) {
      fail("%s has %d elements, not %d".formatted(tensor, count, want.size()));
      return false;
    }
    int worstAt = 0;
    double worstHeadroom = -1;
    int wrong = 0;
    for (int i = 0; i < count; i++) {
      double headroom =
          Discrepancy.headroom(got.applyAsDouble(i), want.data()[i], bound.applyAsDouble(i));
      if (headroom > worstHeadroom) {
        worstHeadroom = headroom;
        worstAt = i;
      }
      wrong += headroom > 1 ? 1 : 0;
    }
    if (count > 0) {
      Discrepancy here =
          new Discrepancy(
              tensor,
              index(want, worstAt),
              got.applyAsDouble(worstAt),
              want.data()[worstAt],
              bound.applyAsDouble(worstAt));
      note(here);
      if (wrong > 0) {
        fail("%d of %d elements out of bounds, worst %s".formatted(wrong, count, here));
      }
    }
    return wrong == 0;
  }

  /** Records one comparison that the case made itself. */
  public void compare(Discrepancy discrepancy) {
    note(discrepancy);
    if (!discrepancy.accepted()) {
      fail(discrepancy.toString());
    }
  }

  /** Demands that two results have the same bits. */
  public void expectSameBits(String tensor, float[] got, float[] want) {
    for (int i = 0; i < want.length; i++) {
      if (got.length != want.length
          || Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(want[i])) {
        fail("%s[%d] is %s, not the same bits as %s".formatted(tensor, i, got[i], want[i]));
        return;
      }
    }
  }

  /** Demands a fact. */
  public void check(boolean holds, String otherwise) {
    if (!holds) {
      fail(otherwise);
    }
  }

  /** Demands that an action throws an exception of a kind, and returns its message. */
  public String expectThrows(Class<? extends RuntimeException> kind, String what, Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      if (kind.isInstance(e)) {
        return String.valueOf(e.getMessage());
      }
      fail("%s threw %s, not %s".formatted(what, e, kind.getSimpleName()), e);
      return String.valueOf(e.getMessage());
    }
    fail("%s threw nothing, not %s".formatted(what, kind.getSimpleName()));
    return "";
  }

  /** Records why the case fails; it may go on. */
  public void fail(String failure) {
    failures.add(failure);
  }

  void fail(String failure, Throwable thrown) {
    failures.add(failure);
    cause = cause == null ? thrown : cause;
  }

  Verdict finish(ConformanceCase finished) {
    try {
      memory.verify().forEach(this::fail);
      scope.close();
    } catch (RuntimeException | Error e) {
      fail("threw at the end of the case " + e, e);
    }
    return new Verdict(
        finished.id(),
        List.copyOf(failures),
        worst,
        engine.fusedReport(),
        rerunCommand.apply(finished.id()),
        cause);
  }

  private void note(Discrepancy discrepancy) {
    worst = worst == null || discrepancy.compareTo(worst) > 0 ? discrepancy : worst;
  }

  private static List<Integer> index(Array array, int position) {
    List<Integer> index = new ArrayList<>();
    int rest = position;
    for (int axis = array.rank() - 1; axis >= 0; axis--) {
      index.addFirst(rest % array.extent(axis));
      rest /= array.extent(axis);
    }
    return index;
  }
}
