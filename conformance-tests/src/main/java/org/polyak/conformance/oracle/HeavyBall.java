package org.polyak.conformance.oracle;

import java.util.ArrayList;
import java.util.List;

/**
 * Polyak's heavy ball on quadratics (Momentum Transformer, eq. 9, 10 and 16, Theorem 2, Proposition
 * 3): m ← βm + ∇f(x); x ← x − γm, from m = 0, for f(x) = xᵀAx/2 + bᵀx with A symmetric, eigenvalues
 * in [ν, L].
 */
public final class HeavyBall {
  private HeavyBall() {}

  /**
   * The objective.
   *
   * @param a A {@code [d, d]}
   * @param b {@code [d]}
   */
  public record Quadratic(Array a, Array b) {
    /** A diagonal A and b = 0, so that the minimum is at 0. */
    public static Quadratic diagonal(double... eigenvalues) {
      Array a = Array.zeros(eigenvalues.length, eigenvalues.length);
      for (int i = 0; i < eigenvalues.length; i++) {
        a.set(eigenvalues[i], i, i);
      }
      return new Quadratic(a, Array.zeros(eigenvalues.length));
    }

    /** f(x). */
    public double value(Array x) {
      return x.dot(product(x)) / 2 + b.dot(x);
    }

    /** ∇f(x) = Ax + b. */
    public Array gradient(Array x) {
      return product(x).plus(b);
    }

    /** The minimum −A⁻¹b, by Gaussian elimination (A is positive definite: no pivoting). */
    public Array minimum() {
      int d = b.size();
      double[][] rows = new double[d][d + 1];
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          rows[i][j] = a.get(i, j);
        }
        rows[i][d] = -b.get(i);
      }
      for (int i = 0; i < d; i++) {
        Matrices.addScaled(rows[i], 1 / rows[i][i] - 1, rows[i].clone());
        for (int r = 0; r < d; r++) {
          if (r != i) {
            Matrices.addScaled(rows[r], -rows[r][i], rows[i]);
          }
        }
      }
      Array x = Array.zeros(d);
      for (int i = 0; i < d; i++) {
        x.set(rows[i][d], i);
      }
      return x;
    }

    private Array product(Array x) {
      return LinearAlgebra.matmul(a, x.reshape(x.size(), 1)).reshape(x.size());
    }
  }

  /** The iterates x⁰ … x^steps. */
  public static List<Array> iterates(
      Quadratic f, Array start, double gamma, double beta, int steps) {
    List<Array> iterates = new ArrayList<>(List.of(start));
    Array m = Array.zerosLike(start);
    for (int k = 0; k < steps; k++) {
      Array x = iterates.getLast();
      m = m.times(beta).plus(f.gradient(x));
      iterates.add(x.minus(m.times(gamma)));
    }
    return iterates;
  }

  /**
   * The larger modulus of the two roots of λ² − (1 + β − γa)λ + β = 0: how fast the mode of
   * eigenvalue a dies. Complex roots have modulus √β (the product of the roots is β), not β as the
   * paper's proof says.
   */
  public static double modulus(double gamma, double beta, double eigenvalue) {
    double trace = 1 + beta - gamma * eigenvalue;
    double discriminant = trace * trace - 4 * beta;
    return discriminant <= 0 ? Math.sqrt(beta) : (Math.abs(trace) + Math.sqrt(discriminant)) / 2;
  }

  /** ρ(β), the spectral radius of the iteration: the largest {@link #modulus} over the spectrum. */
  public static double spectralRadius(double gamma, double beta, double... spectrum) {
    double radius = 0;
    for (double eigenvalue : spectrum) {
      radius = Math.max(radius, modulus(gamma, beta, eigenvalue));
    }
    return radius;
  }

  /** β* = (1 − √(γν))², which minimises ρ for a fixed γ ≤ 1/L (eq. 16). */
  public static double optimalBeta(double gamma, double nu) {
    double root = asymptoticRate(gamma, nu);
    return root * root;
  }

  /** ρ(β*) = 1 − √(γν) = √β*. */
  public static double asymptoticRate(double gamma, double nu) {
    return 1 - Math.sqrt(gamma * nu);
  }

  /**
   * The estimator of Proposition 3: |∇f(x^{k+1}) − ∇f(x^k)| / |x^{k+1} − x^k| for k = 0, 1, …,
   * which lies in [ν, L] because the numerator is A times the displacement.
   */
  public static double[] curvatureEstimates(Quadratic f, List<Array> iterates) {
    double[] estimates = new double[iterates.size() - 1];
    for (int k = 0; k < estimates.length; k++) {
      Array from = iterates.get(k);
      Array to = iterates.get(k + 1);
      estimates[k] = f.gradient(to).minus(f.gradient(from)).norm() / to.minus(from).norm();
    }
    return estimates;
  }
}
