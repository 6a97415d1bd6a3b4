package org.polyak.conformance.theorems;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.HeavyBall;
import org.polyak.conformance.oracle.HeavyBall.Quadratic;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;

/**
 * Heavy ball on a quadratic, on the device: m ← βm + (Ax + b); x ← x − γm. β, γ, A, b and the start
 * are numbers that float32 holds.
 *
 * <p>Errors. A step adds roundings to m and x: d + 2 for a term of Ax, 3 for b, 2 for βm; 2 for γm,
 * 1 for x. What a step has added, the following ones multiply by powers of the iteration's matrix T
 * = [[β, A], [−γβ, 1 − γA]]. To first order the error at step k is the sum of T^(k−j) times what
 * step j added, bounded by absolute values of each. As the powers themselves are taken, and not
 * those of |T|, the bound falls as the iterates do.
 */
final class HeavyBallRun {
  private final Quadratic f;
  private final double gamma;
  private final double beta;
  private final boolean diagonal;
  private final List<float[]> found = new ArrayList<>();
  private final List<Array> wanted;
  private final List<Expected> expected = new ArrayList<>();

  HeavyBallRun(CaseContext c, Quadratic f, Array start, double gamma, double beta, int steps) {
    this.f = f;
    this.gamma = (float) gamma;
    this.beta = (float) beta;
    this.diagonal = isDiagonal(f.a());
    wanted = HeavyBall.iterates(f, start, this.gamma, this.beta, steps);
    iterate(c, start, steps);
    bound(diagonal ? 0 : c.precision().factorRoundOff());
  }

  /** The device's iterates x⁰ … x^steps. */
  List<float[]> found() {
    return found;
  }

  /** The same as float64. */
  Array found(int k) {
    return Samples.array(found.get(k), found.get(k).length);
  }

  /** The oracle's. */
  List<Array> wanted() {
    return wanted;
  }

  List<Expected> expected() {
    return expected;
  }

  /** How far the norm of iterate k may be from the oracle's. */
  double normBound(CaseContext c, int k) {
    double squares = 0;
    for (int i = 0; i < wanted.get(k).size(); i++) {
      squares += Math.pow(c.errors().bound(expected.get(k), i), 2);
    }
    return Math.sqrt(squares);
  }

  private void iterate(CaseContext c, Array start, int steps) {
    int d = start.size();
    Ops ops = Ops.inference(c.engine(), c.scope());
    Variable a = diagonal ? column(ops, diagonal()) : ops.constant(Samples.floats(f.a()), d, d);
    Variable b = column(ops, f.b());
    Variable x = column(ops, start);
    Variable m = ops.filled(0, d, 1);
    found.add(ops.toFloats(x));
    for (int k = 0; k < steps; k++) {
      Variable product = diagonal ? ops.multiply(a, x) : ops.matmul(a, x);
      m = ops.add(ops.scale(m, beta), ops.add(product, b));
      x = ops.subtract(x, ops.scale(m, gamma));
      found.add(ops.toFloats(x));
    }
  }

  private Array diagonal() {
    int d = f.b().size();
    Array diagonal = Array.zeros(d);
    for (int i = 0; i < d; i++) {
      diagonal.set(f.a().get(i, i), i);
    }
    return diagonal;
  }

  /** In unit round-offs. */
  private void bound(double factorRoundOff) {
    int d = f.b().size();
    double productRoundings = d + 2 + 2 * factorRoundOff * 0x1p24;
    Array m = Array.zeros(d);
    List<Array> added = new ArrayList<>();
    List<Array> powers = new ArrayList<>(List.of(identity(2 * d)));
    expected.add(Expected.exact(wanted.getFirst()));
    for (int k = 1; k < wanted.size(); k++) {
      Array before = wanted.get(k - 1);
      Array product = times(f.a().abs(), before.abs());
      Array ofM =
          product.times(productRoundings).plus(f.b().abs().times(3)).plus(m.abs().times(2 * beta));
      m = m.times(beta).plus(f.gradient(before));
      Array ofX = ofM.times(gamma).plus(m.abs().times(2 * gamma)).plus(wanted.get(k).abs());
      added.add(joined(ofM, ofX));
      Array total = Array.zeros(2 * d);
      for (int j = 0; j < added.size(); j++) {
        total = total.plus(times(powers.get(k - 1 - j).abs(), added.get(j)));
      }
      powers.add(LinearAlgebra.matmul(powers.getLast(), iteration()));
      expected.add(Expected.analysed(wanted.get(k), total.slice(0, d, 2 * d)));
    }
  }

  private Array iteration() {
    int d = f.b().size();
    Array t = Array.zeros(2 * d, 2 * d);
    for (int i = 0; i < d; i++) {
      t.set(beta, i, i);
      t.set(-gamma * beta, d + i, i);
      t.set(1, d + i, d + i);
      for (int j = 0; j < d; j++) {
        t.set(f.a().get(i, j), i, d + j);
        t.add(-gamma * f.a().get(i, j), d + i, d + j);
      }
    }
    return t;
  }

  private static boolean isDiagonal(Array a) {
    boolean diagonal = true;
    for (int i = 0; i < a.size(); i++) {
      diagonal &= a.data()[i] == 0 || i % (a.extent(0) + 1) == 0;
    }
    return diagonal;
  }

  private static Variable column(Ops ops, Array x) {
    return ops.constant(Samples.floats(x), x.size(), 1);
  }

  private static Array times(Array a, Array x) {
    return LinearAlgebra.matmul(a, x.reshape(x.size(), 1)).reshape(x.size());
  }

  private static Array identity(int n) {
    Array identity = Array.zeros(n, n);
    for (int i = 0; i < n; i++) {
      identity.set(1, i, i);
    }
    return identity;
  }

  private static Array joined(Array first, Array second) {
    Array both = Array.zeros(first.size() + second.size());
    System.arraycopy(first.data(), 0, both.data(), 0, first.size());
    System.arraycopy(second.data(), 0, both.data(), first.size(), second.size());
    return both;
  }
}
