package org.polyak.conformance.golden;

import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Connections;

/** Group 04: the momentum connection and the adaptive coefficient. */
final class ConnectionChecks {
  private ConnectionChecks() {}

  static void check(GoldenFile file, GoldenComparison comparison) {
    if (file.name().startsWith("04_connection_eq15")) {
      equation15(file, comparison);
    } else if (file.name().startsWith("04_connection_authors")) {
      velocity(file, comparison);
    } else if (file.name().startsWith("04_adaptive_edges")) {
      Array a = file.tensor("in.grad");
      Array previous = file.tensor("in.grad_prev");
      comparison.tensor(
          "out.beta", AdaptiveMomentum.coefficients(a, previous, previous, options(file)));
    } else {
      adaptive(file, comparison);
    }
  }

  private static void equation15(GoldenFile file, GoldenComparison comparison) {
    Array x = file.tensor("in.x");
    Array previous = file.tensor("in.prev");
    Array betaTilde = Array.filled(file.number("beta_tilde"), x.shape());
    comparison.tensor("out.y", Connections.equation15(x, file.tensor("in.v"), previous, betaTilde));
    Connections.Equation15Gradients gradients =
        Connections.equation15Backward(x, previous, betaTilde, file.tensor("in.cotangent"));
    comparison.tensor("grad.x", gradients.iterate());
    comparison.tensor("grad.v", gradients.attention());
    comparison.tensor("grad.prev", gradients.previous());
  }

  private static void velocity(GoldenFile file, GoldenComparison comparison) {
    Array x = file.tensor("in.x");
    Array v = file.tensor("in.vel");
    Array mu = Array.filled(file.number("mu"), x.shape());
    double stepSize = file.number("stepsize");
    Connections.Step step = Connections.velocity(x, file.tensor("in.v"), v, mu, stepSize);
    comparison.tensor("out.y", step.iterate());
    comparison.tensor("out.vel", step.velocity());
    Connections.StepGradients gradients =
        Connections.velocityBackward(
            v, mu, stepSize, file.tensor("in.cotangent"), file.tensor("in.cotangent.vel"));
    comparison.tensor("grad.x", gradients.iterate());
    comparison.tensor("grad.v", gradients.attention());
    comparison.tensor("grad.vel", gradients.velocity());
  }

  private static void adaptive(GoldenFile file, GoldenComparison comparison) {
    Array x = file.tensor("in.x");
    Array a = file.tensor("in.grad");
    Array aPrevious = file.tensor("in.grad_prev");
    Array previous = file.tensor("in.prev");
    AdaptiveMomentum.Options options = options(file);
    Array beta = AdaptiveMomentum.coefficients(a, aPrevious, aPrevious, options);
    Array spread = AdaptiveMomentum.spread(beta, x, options.normOver());
    comparison.tensor("out.beta", beta);
    comparison.tensor("out.y", Connections.equation15(x, file.tensor("in.v"), previous, spread));
    Connections.Equation15Gradients step =
        Connections.equation15Backward(x, previous, spread, file.tensor("in.cotangent"));
    Array betaGradient =
        AdaptiveMomentum.gather(step.coefficient(), options.normOver())
            .plus(file.tensor("in.cotangent.beta"));
    AdaptiveMomentum.Gradients gradients =
        AdaptiveMomentum.backward(a, aPrevious, aPrevious, options, betaGradient);
    comparison.tensor("grad.x", step.iterate());
    comparison.tensor("grad.v", step.attention());
    comparison.tensor("grad.prev", step.previous());
    comparison.tensor("grad.grad", gradients.attention());
    comparison.tensor("grad.grad_prev", gradients.previousAttention().plus(gradients.reference()));
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
