package org.polyak.conformance.golden;

import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Connections;

/** Group 04: the momentum connection and the adaptive coefficient. */
final class OracleConnections {
  private OracleConnections() {}

  static void equation15(GoldenFile file, OracleReplay replay) {
    Array x = file.tensor("in.x");
    Array previous = file.tensor("in.prev");
    Array betaTilde = Array.filled(file.number("beta_tilde"), x.shape());
    replay.tensor("out.y", Connections.equation15(x, file.tensor("in.v"), previous, betaTilde));
    Connections.Equation15Gradients gradients =
        Connections.equation15Backward(x, previous, betaTilde, file.tensor("in.cotangent"));
    replay.tensor("grad.x", gradients.iterate());
    replay.tensor("grad.v", gradients.attention());
    replay.tensor("grad.prev", gradients.previous());
  }

  static void velocity(GoldenFile file, OracleReplay replay) {
    Array x = file.tensor("in.x");
    Array v = file.tensor("in.vel");
    Array mu = Array.filled(file.number("mu"), x.shape());
    double stepSize = file.number("stepsize");
    Connections.Step step = Connections.velocity(x, file.tensor("in.v"), v, mu, stepSize);
    replay.tensor("out.y", step.iterate());
    replay.tensor("out.vel", step.velocity());
    Connections.StepGradients gradients =
        Connections.velocityBackward(
            v, mu, stepSize, file.tensor("in.cotangent"), file.tensor("in.cotangent.vel"));
    replay.tensor("grad.x", gradients.iterate());
    replay.tensor("grad.v", gradients.attention());
    replay.tensor("grad.vel", gradients.velocity());
  }

  /** Eq. 15 with the coefficient of eq. 18; the edge cases hold coefficients only. */
  static void adaptive(GoldenFile file, OracleReplay replay) {
    Array a = file.tensor("in.grad");
    Array aPrevious = file.tensor("in.grad_prev");
    AdaptiveMomentum.Options options = options(file);
    Array beta = AdaptiveMomentum.coefficients(a, aPrevious, aPrevious, options);
    replay.tensor("out.beta", beta);
    if (!file.hasTensor("in.x")) {
      return;
    }
    Array x = file.tensor("in.x");
    Array previous = file.tensor("in.prev");
    Array spread = AdaptiveMomentum.spread(beta, x, options.normOver());
    replay.tensor("out.y", Connections.equation15(x, file.tensor("in.v"), previous, spread));
    Connections.Equation15Gradients step =
        Connections.equation15Backward(x, previous, spread, file.tensor("in.cotangent"));
    Array betaGradient =
        AdaptiveMomentum.gather(step.coefficient(), options.normOver())
            .plus(file.tensor("in.cotangent.beta"));
    AdaptiveMomentum.Gradients gradients =
        AdaptiveMomentum.backward(a, aPrevious, aPrevious, options, betaGradient);
    replay.tensor("grad.x", step.iterate());
    replay.tensor("grad.v", step.attention());
    replay.tensor("grad.prev", step.previous());
    replay.tensor("grad.grad", gradients.attention());
    replay.tensor("grad.grad_prev", gradients.previousAttention().plus(gradients.reference()));
  }

  private static AdaptiveMomentum.Options options(GoldenFile file) {
    NormOver normOver =
        switch (file.option("norm_mode")) {
          case "token" -> NormOver.TOKEN;
          case "sample" -> NormOver.SAMPLE;
          case "batch" -> NormOver.BATCH;
          default -> throw new IllegalArgumentException(file.option("norm_mode"));
        };
    ClampOrder order =
        file.option("order").equals("project_then_square")
            ? ClampOrder.PROJECT_THEN_SQUARE
            : ClampOrder.SQUARE_THEN_PROJECT;
    return new AdaptiveMomentum.Options(file.number("delta"), order, normOver);
  }
}
