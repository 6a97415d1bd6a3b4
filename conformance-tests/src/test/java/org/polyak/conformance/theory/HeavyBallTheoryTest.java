package org.polyak.conformance.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.HeavyBall;
import org.polyak.conformance.oracle.HeavyBall.Quadratic;

/**
 * Theorem 2 and Proposition 3 of the Momentum Transformer on quadratics, in the form in which they
 * are true, with counter-examples to the form in which they are printed.
 *
 * <p>Setting: f(x) = xᵀAx/2, eigenvalues of A in [ν, L], step γ ≤ 1/L, momentum β. In the
 * eigenvector of eigenvalue a, heavy ball is the recursion e_{k+1} = (1 + β − γa) e_k − β e_{k−1},
 * whose characteristic roots have product β and sum 1 + β − γa. Everything below follows from those
 * roots.
 */
public class HeavyBallTheoryTest {
  private static final double GAMMA = 1;
  private static final double[] SPECTRUM = {1, 0.1};
  private static final double NU = 0.1;

  /**
   * Theorem 2, first half. For a = ν the roots are real for β &lt; β* = (1 − √(γν))², and the
   * larger falls with β; from β* on they are complex with modulus √β, which rises. Other modes are
   * never slower. So ρ(β) has its minimum √β* = 1 − √(γν) at β*.
   */
  @Test
  void spectralRadiusIsSmallestAtOptimalBetaWhereItIsOneMinusRootGammaNu() {
    double optimal = HeavyBall.optimalBeta(GAMMA, NU);
    double radius = HeavyBall.spectralRadius(GAMMA, optimal, SPECTRUM);
    // A double root: round-off of the discriminant enters through a square root.
    assertThat(radius).isCloseTo(HeavyBall.asymptoticRate(GAMMA, NU), within(1e-7));
    assertThat(radius).isCloseTo(0.68377, within(5e-6));
    for (double beta = 0; beta < 1; beta += 1e-3) {
      assertThat(HeavyBall.spectralRadius(GAMMA, beta, SPECTRUM))
          .as("β = %s", beta)
          .isGreaterThanOrEqualTo(radius - 1e-7);
    }
  }

  /** The same for other steps γ ≤ 1/L: β* moves with γ, and the best γ is the largest. */
  @Test
  void optimalBetaFollowsTheStepSize() {
    double previous = 1;
    for (double gamma : new double[] {0.1, 0.25, 0.5, 1}) {
      double optimal = HeavyBall.optimalBeta(gamma, NU);
      double radius = HeavyBall.spectralRadius(gamma, optimal, SPECTRUM);
      assertThat(HeavyBall.spectralRadius(gamma, optimal - 0.02, SPECTRUM)).isGreaterThan(radius);
      assertThat(HeavyBall.spectralRadius(gamma, optimal + 0.02, SPECTRUM)).isGreaterThan(radius);
      assertThat(radius).isLessThan(previous);
      previous = radius;
    }
  }

  /**
   * Complex roots have modulus √β; the paper's proof says β. Visible from the decay of the error.
   */
  @Test
  void complexModesDecayLikeRootBetaAndNotLikeBeta() {
    double beta = 0.81;
    List<Array> iterates = iterates(beta, 400, 1, 1);
    double rate = Math.pow(iterates.getLast().norm() / iterates.getFirst().norm(), 1.0 / 400);
    assertThat(rate).isCloseTo(Math.sqrt(beta), within(0.02));
    assertThat(rate).isGreaterThan(beta + 0.05);
  }

  /**
   * Theorem 2, second half, in its true form: the asymptotic rate. At β* the two roots of the mode
   * ν coincide in a Jordan block, so that the error is (c + dk) ρᵏ: ln(|e_k|/k) has slope ln ρ up
   * to O(1/k²).
   */
  @Test
  void errorAtOptimalBetaFallsAsymptoticallyAtOneMinusRootGammaNuTimesAFactorOfK() {
    double beta = HeavyBall.optimalBeta(GAMMA, NU);
    List<Array> iterates = iterates(beta, 400, 1, 1);
    double slope =
        (Math.log(iterates.get(400).norm() / 400) - Math.log(iterates.get(200).norm() / 200)) / 200;
    assertThat(slope).isCloseTo(Math.log(HeavyBall.asymptoticRate(GAMMA, NU)), within(1e-4));
    // Without the factor of k the slope is visibly too shallow: ln 2 / 200.
    double naive = (Math.log(iterates.get(400).norm()) - Math.log(iterates.get(200).norm())) / 200;
    assertThat(naive - slope).isCloseTo(Math.log(2) / 200, within(1e-12));
  }

  /**
   * Counter-example to Theorem 2 as printed, |x^{k+1} − x*| ≤ (1 − √(γν)) |x^k − x*| in every step:
   * from (1, 1) with A = diag(1, 0.1) most steps contract less, and the second hardly at all.
   */
  @Test
  void singleStepsAtOptimalBetaDoNotContractAtTheClaimedRate() {
    double beta = HeavyBall.optimalBeta(GAMMA, NU);
    double claimed = HeavyBall.asymptoticRate(GAMMA, NU);
    List<Array> iterates = iterates(beta, 40, 1, 1);
    int broken = 0;
    for (int k = 0; k < 40; k++) {
      double ratio = iterates.get(k + 1).norm() / iterates.get(k).norm();
      broken += ratio > claimed ? 1 : 0;
    }
    assertThat(broken).isGreaterThan(30);
    double[] first = {0.636, 0.995, 0.738, 0.770, 0.819};
    for (int k = 0; k < first.length; k++) {
      double ratio = iterates.get(k + 1).norm() / iterates.get(k).norm();
      assertThat(ratio).isCloseTo(first[k], within(1e-3));
    }
  }

  /** β* is optimal for a fixed γ ≤ 1/L only: Polyak's pair of γ and β is better. */
  @Test
  void tuningTheStepSizeAsWellIsBetter() {
    double step = Math.pow(2 / (1 + Math.sqrt(NU)), 2);
    double beta = Math.pow((1 - Math.sqrt(NU)) / (1 + Math.sqrt(NU)), 2);
    assertThat(HeavyBall.spectralRadius(step, beta, SPECTRUM))
        .isLessThan(HeavyBall.asymptoticRate(GAMMA, NU) - 0.1);
  }

  /**
   * What always holds of the estimator |∇f(x^{k+1}) − ∇f(x^k)|/|x^{k+1} − x^k|: it lies in [ν, L],
   * being |Au|/|u|. So the adaptive coefficient (1 − √(γ·estimate))² lies in [(1 − √(γL))², β*].
   */
  @Test
  void curvatureEstimatesAndAdaptiveBetasStayWithinTheirBoundsForEveryBeta() {
    Random random = new Random(61);
    double[] spectrum = {1, 0.7, 0.3, 0.1};
    double gamma = 0.5;
    for (int trial = 0; trial < 50; trial++) {
      double beta = random.nextDouble();
      double[] start = random.doubles(4, -1, 1).toArray();
      Quadratic f = Quadratic.diagonal(spectrum);
      List<Array> iterates = HeavyBall.iterates(f, Array.of(start, 4), gamma, beta, 60);
      for (double estimate : HeavyBall.curvatureEstimates(f, iterates)) {
        assertThat(estimate).isBetween(0.1 * (1 - 1e-12), 1 + 1e-12);
        double adaptive =
            AdaptiveMomentum.coefficient(gamma * estimate, 1e-3, ClampOrder.SQUARE_THEN_PROJECT);
        assertThat(adaptive)
            .isBetween(
                HeavyBall.optimalBeta(gamma, 1) - 1e-12, HeavyBall.optimalBeta(gamma, 0.1) + 1e-12);
      }
    }
  }

  /**
   * Proposition 3 where it holds: for β &lt; β* the slowest root is real, simple and belongs to ν,
   * so that displacements turn to its eigenvector and the estimator tends to ν, provided that the
   * start has a component there.
   */
  @Test
  void estimatorTendsToNuForBetaBelowTheOptimum() {
    for (double beta : new double[] {0, 0.1, 0.4}) {
      assertThat(beta).isLessThan(HeavyBall.optimalBeta(0.5, NU));
      double[] estimates = estimates(beta, 300, 1, 1, 1);
      assertThat(estimates[299]).as("β = %s", beta).isCloseTo(NU, within(1e-9));
    }
  }

  /** Counter-example one: a start without a component along ν never shows it. */
  @Test
  void estimatorTendsToAnotherEigenvalueFromAStartWithoutTheSlowMode() {
    double[] estimates = estimates(0.1, 300, 1, 1, 0);
    assertThat(estimates[299]).isCloseTo(0.3, within(1e-9));
  }

  /**
   * Counter-example two, to "for any fixed β": above β* all modes may be complex, with the same
   * modulus √β. None dominates, and the estimator keeps oscillating.
   */
  @Test
  void estimatorKeepsOscillatingForBetaAboveTheOptimum() {
    double beta = 0.9;
    for (double eigenvalue : new double[] {1, 0.3, NU}) {
      assertThat(HeavyBall.modulus(0.5, beta, eigenvalue)).isEqualTo(Math.sqrt(beta));
    }
    double[] estimates = estimates(beta, 400, 1, 1, 1);
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int k = 300; k < 400; k++) {
      smallest = Math.min(smallest, estimates[k]);
      largest = Math.max(largest, estimates[k]);
    }
    assertThat(smallest).isGreaterThan(1.5 * NU);
    assertThat(largest).isGreaterThan(0.9);
  }

  private static List<Array> iterates(double beta, int steps, double... start) {
    Quadratic f = Quadratic.diagonal(SPECTRUM);
    return HeavyBall.iterates(f, Array.of(start, start.length), GAMMA, beta, steps);
  }

  /** Estimates on A = diag(1, 0.3, 0.1) with γ = 0.5. */
  private static double[] estimates(double beta, int steps, double... start) {
    Quadratic f = Quadratic.diagonal(1, 0.3, NU);
    return HeavyBall.curvatureEstimates(
        f, HeavyBall.iterates(f, Array.of(start, start.length), 0.5, beta, steps));
  }
}
