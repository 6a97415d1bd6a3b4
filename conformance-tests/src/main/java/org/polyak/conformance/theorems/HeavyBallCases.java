package org.polyak.conformance.theorems;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Discrepancy;
import org.polyak.conformance.Family;
import org.polyak.conformance.Rounded;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.HeavyBall;
import org.polyak.conformance.oracle.HeavyBall.Quadratic;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.UnaryOp;

/**
 * Heavy ball on quadratics, run on the device: Theorem 2 and Proposition 3 in the form in which
 * they are true, and the counter-examples to the form in which they are printed.
 */
public final class HeavyBallCases {
  private static final double NU = 0.1f;

  private static final AdaptiveCoefficient COEFFICIENT =
      new AdaptiveCoefficient(
          1e-3,
          AdaptiveCoefficient.Order.SQUARE_THEN_PROJECT,
          AdaptiveCoefficient.Norm.TOKEN,
          true);

  private HeavyBallCases() {}

  /** The families. */
  public static List<Family> families() {
    Family iterates =
        new Family(
            "THM-HEAVY-BALL",
            Chapter.THEOREMS,
            new Definition("m ← βm + ∇f(x); x ← x − γm", "Momentum Transformer, eq. 9 and 10"));
    Family rate =
        new Family(
            "THM-RATE",
            Chapter.THEOREMS,
            new Definition(
                "ρ(β) is smallest at β* = (1 − √(γν))²; there |x^k − x*| ~ k (1 − √(γν))^k",
                "Momentum Transformer, Theorem 2, corrected"));
    Family curvature =
        new Family(
            "THM-CURVATURE",
            Chapter.THEOREMS,
            new Definition(
                "ν ≤ |∇f(x′) − ∇f(x)|/|x′ − x| ≤ L; it tends to ν if β < β* and the start has the"
                    + " slow mode",
                "Momentum Transformer, Proposition 3, corrected"));
    double optimal = HeavyBall.optimalBeta(1, NU);
    for (double beta : new double[] {0, 0.3, optimal, 0.81}) {
      iterates.add(
          "two modes, β = %.4f".formatted(beta),
          (c, s) -> iterates(c, Quadratic.diagonal(1, NU), Array.of(new double[] {1, 1}, 2), beta));
      iterates.add(
          "five coupled modes, minimum elsewhere, β = %.4f".formatted(beta),
          (c, s) -> iterates(c, coupled(s), normal(s, 5), beta));
    }
    rate.add("at β* the error falls like k ρ^k", HeavyBallCases::rateAtOptimum)
        .add("no other β is faster", HeavyBallCases::optimumIsFastest)
        .add("single steps do not contract by ρ", HeavyBallCases::singleSteps)
        .add("complex modes decay like √β, not β", HeavyBallCases::complexModes);
    for (double beta : new double[] {0, 0.1, 0.5, 0.9, 0.99}) {
      curvature.add(
          "estimates and adaptive β within their bounds, β = " + beta,
          (c, s) -> estimatesWithinBounds(c, s, beta));
    }
    for (double beta : new double[] {0, 0.1, 0.4}) {
      curvature.add(
          "tends to ν, β = " + beta, (c, s) -> tendsTo(c, beta, NU, new double[] {1, 1, 1}));
    }
    curvature.add(
        "without the slow mode it tends to the next",
        (c, s) -> tendsTo(c, 0.1, 0.3f, new double[] {1, 1, 0}));
    curvature.add("beyond β* it keeps oscillating", HeavyBallCases::oscillates);
    return List.of(iterates, rate, curvature);
  }

  private static void iterates(CaseContext c, Quadratic f, Array start, double beta) {
    HeavyBallRun run = new HeavyBallRun(c, f, start, f.b().size() == 2 ? 1 : 0.5, beta, 60);
    for (int k = 0; k < run.found().size(); k++) {
      c.expect("iterate " + k, run.found().get(k), run.expected().get(k));
    }
  }

  /** The slope of ln(|x^k|/k) from k = 40 to 80. */
  private static void rateAtOptimum(CaseContext c, Samples s) {
    HeavyBallRun run = twoModes(c, HeavyBall.optimalBeta(1, NU), 80);
    double want = slope(run.wanted().get(40), run.wanted().get(80));
    double got = slope(run.found(40), run.found(80));
    double bound =
        (run.normBound(c, 40) / run.wanted().get(40).norm()
                + run.normBound(c, 80) / run.wanted().get(80).norm())
            / 40;
    c.compare(new Discrepancy("slope of ln(|x|/k)", List.of(), got, want, bound));
    // The slow mode is (1 + dk)ρ^k, and 1 − ν after a step. So ln(|x^k|/k) − k ln ρ is ln(d + 1/k).
    double rho = HeavyBall.asymptoticRate(1, NU);
    double d = (1 - NU) / rho - 1;
    double bend = (1.0 / 40 - 1.0 / 80) / d / 40;
    c.compare(new Discrepancy("slope against ln ρ", List.of(), got, Math.log(rho), bound + bend));
  }

  private static double slope(Array from, Array to) {
    return (Math.log(to.norm() / 80) - Math.log(from.norm() / 40)) / 40;
  }

  private static void optimumIsFastest(CaseContext c, Samples s) {
    double optimal = HeavyBall.optimalBeta(1, NU);
    double best = contraction(c, optimal);
    for (double beta = 0.05; beta < 0.95; beta += 0.1) {
      double other = contraction(c, beta);
      boolean near = Math.abs(beta - optimal) < 0.03;
      c.check(
          near || other > best,
          "at β = %.3f steps contract by %.4f, at β* by %.4f".formatted(beta, other, best));
    }
    double rho = HeavyBall.asymptoticRate(1, NU);
    c.check(
        best > rho && best < rho * Math.pow(2, 1.0 / 40) * 1.001,
        "at β* steps contract by %.4f, not by ρ = %.4f and a factor of k".formatted(best, rho));
  }

  /** Per step, over the steps from 40 to 80. */
  private static double contraction(CaseContext c, double beta) {
    HeavyBallRun run = twoModes(c, beta, 80);
    return Math.pow(run.found(80).norm() / run.found(40).norm(), 1.0 / 40);
  }

  private static void singleSteps(CaseContext c, Samples s) {
    HeavyBallRun run = twoModes(c, HeavyBall.optimalBeta(1, NU), 40);
    double claimed = HeavyBall.asymptoticRate(1, NU);
    int broken = 0;
    for (int k = 0; k < 40; k++) {
      double size = run.wanted().get(k).norm();
      double want = run.wanted().get(k + 1).norm() / size;
      double got = run.found(k + 1).norm() / run.found(k).norm();
      double bound = (run.normBound(c, k + 1) + want * run.normBound(c, k)) / size;
      c.compare(new Discrepancy("contraction of step " + k, List.of(), got, want, bound));
      broken += got - bound > claimed ? 1 : 0;
    }
    c.check(broken > 30, "only %d of 40 steps contract less than claimed".formatted(broken));
  }

  private static void complexModes(CaseContext c, Samples s) {
    double beta = 0.81;
    HeavyBallRun run = twoModes(c, beta, 200);
    double rate = Math.pow(run.found(200).norm() / run.found(0).norm(), 1.0 / 200);
    // A complex mode is √β^k times an oscillation between 1/30 and 30 for this start.
    double slack = Math.log(30) / 200;
    c.compare(
        new Discrepancy("ln of the rate", List.of(), Math.log(rate), Math.log(beta) / 2, slack));
    c.check(Math.log(rate) > Math.log(beta) + slack, "the rate is " + rate);
  }

  private static void estimatesWithinBounds(CaseContext c, Samples s, double beta) {
    double gamma = 0.5;
    Quadratic f = Quadratic.diagonal(1, 0.7f, 0.3f, NU);
    HeavyBallRun run = new HeavyBallRun(c, f, normal(s, 4), gamma, beta, 40);
    for (int k = 0; k < 40; k++) {
      Estimate estimate = Estimate.of(c, f, run.found().get(k), run.found().get(k + 1));
      c.compare(estimate.against("estimate " + k, estimate.exact));
      c.check(
          estimate.exact >= NU * (1 - 1e-12) && estimate.exact <= 1 + 1e-12,
          "estimate %d is %s".formatted(k, estimate.exact));
      double most = HeavyBall.optimalBeta(gamma, NU);
      double least = HeavyBall.optimalBeta(gamma, 1);
      double adaptive = estimate.coefficient(c, gamma);
      double slack = estimate.coefficientBound(gamma);
      c.check(
          adaptive >= least - slack && adaptive <= most + slack,
          "adaptive β %d is %s, outside [%s, %s]".formatted(k, adaptive, least, most));
    }
  }

  private static void tendsTo(CaseContext c, double beta, double limit, double[] start) {
    Quadratic f = Quadratic.diagonal(1, 0.3f, NU);
    HeavyBallRun run = new HeavyBallRun(c, f, Array.of(start, 3), 0.5, beta, 120);
    Estimate last = Estimate.of(c, f, run.found().get(119), run.found().get(120));
    // The part of the next mode in the displacement, squared, is what the limit still lacks.
    double[] estimates = HeavyBall.curvatureEstimates(f, run.wanted());
    double left = Math.abs(estimates[119] - limit);
    c.check(left < 1e-6, "120 steps are too few: %s is left".formatted(left));
    c.compare(
        new Discrepancy("estimate", List.of(), last.found, limit, last.bound + 2 * left + 1e-7));
  }

  private static void oscillates(CaseContext c, Samples s) {
    Quadratic f = Quadratic.diagonal(1, 0.3f, NU);
    HeavyBallRun run = new HeavyBallRun(c, f, Array.of(new double[] {1, 1, 1}, 3), 0.5, 0.9, 200);
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int k = 100; k < 200; k++) {
      Estimate estimate = Estimate.of(c, f, run.found().get(k), run.found().get(k + 1));
      smallest = Math.min(smallest, estimate.found - estimate.bound);
      largest = Math.max(largest, estimate.found - estimate.bound);
    }
    c.check(smallest > 1.5 * NU, "it came down to " + smallest);
    c.check(largest > 0.9, "it went no higher than " + largest);
  }

  private static HeavyBallRun twoModes(CaseContext c, double beta, int steps) {
    return new HeavyBallRun(
        c, Quadratic.diagonal(1, NU), Array.of(new double[] {1, 1}, 2), 1, beta, steps);
  }

  /** A = ν I + a Gram matrix, scaled so that its eigenvalues lie below 1.2. */
  private static Quadratic coupled(Samples s) {
    Array g = Samples.array(s.normal(25, 0.2), 5, 5);
    Array a = Array.zeros(5, 5);
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = i == j ? NU : 0;
        for (int l = 0; l < 5; l++) {
          sum += g.get(i, l) * g.get(j, l);
        }
        a.set((float) sum, i, j);
        a.set((float) sum, j, i);
      }
    }
    return new Quadratic(a, normal(s, 5));
  }

  private static Array normal(Samples s, int count) {
    return Samples.array(s.normal(count, 1), count);
  }

  /**
   * |∇f(x′) − ∇f(x)|/|x′ − x| by the device, and for the same x and x′ in float64.
   *
   * @param change ∇f(x′) − ∇f(x) on the device
   * @param displacement x′ − x on the device
   * @param found the device's
   * @param exact float64's
   * @param bound how far the device's may be
   */
  private record Estimate(
      Variable change, Variable displacement, double found, double exact, double bound) {
    static Estimate of(CaseContext c, Quadratic f, float[] from, float[] to) {
      int d = from.length;
      Ops ops = Ops.inference(c.engine(), c.scope());
      float[] eigenvalues = new float[d];
      List<Rounded> changes = new ArrayList<>();
      List<Rounded> moves = new ArrayList<>();
      double exactChange = 0;
      double exactMove = 0;
      for (int i = 0; i < d; i++) {
        eigenvalues[i] = (float) f.a().get(i, i);
        Rounded a = Rounded.exact(eigenvalues[i]);
        Rounded before = Rounded.exact(from[i]);
        Rounded after = Rounded.exact(to[i]);
        Rounded change = a.times(after).minus(a.times(before));
        Rounded move = after.minus(before);
        changes.add(change.times(change));
        moves.add(move.times(move));
        exactChange += change.value() * change.value();
        exactMove += move.value() * move.value();
      }
      Rounded quotient = Rounded.sum(changes).squareRoot().over(Rounded.sum(moves).squareRoot());
      Variable a = ops.constant(eigenvalues, 1, 1, d);
      Variable before = ops.constant(from, 1, 1, d);
      Variable after = ops.constant(to, 1, 1, d);
      Variable change = ops.subtract(ops.multiply(a, after), ops.multiply(a, before));
      Variable move = ops.subtract(after, before);
      float found = ops.toScalar(ops.divide(norm(ops, change), norm(ops, move)));
      return new Estimate(
          change,
          move,
          found,
          Math.sqrt(exactChange / exactMove),
          c.errors().bound(quotient.error(), 1, 0));
    }

    Discrepancy against(String name, double want) {
      return new Discrepancy(name, List.of(), found, want, bound);
    }

    /** (1 − √(γ · estimate))², by nn. */
    double coefficient(CaseContext c, double gamma) {
      Ops ops = Ops.inference(c.engine(), c.scope());
      return ops.toScalar(COEFFICIENT.of(ops, ops.scale(change, gamma), displacement));
    }

    /** The estimate's error through (1 − √(γe))², and ten roundings of its terms. */
    double coefficientBound(double gamma) {
      double root = Math.sqrt(gamma * exact);
      return (1 + root) * gamma * bound / root + 10 * 0x1p-24 * Math.pow(1 + root, 2);
    }

    private static Variable norm(Ops ops, Variable x) {
      return ops.unary(UnaryOp.SQUARE_ROOT, ops.sum(ops.unary(UnaryOp.SQUARE, x), 2));
    }
  }
}
