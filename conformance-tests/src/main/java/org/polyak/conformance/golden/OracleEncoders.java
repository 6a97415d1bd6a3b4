package org.polyak.conformance.golden;

import org.polyak.conformance.oracle.Activation;
import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.GradientFlow;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.AttentionFunction;
import org.polyak.conformance.oracle.Encoder;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Residual;
import org.polyak.conformance.oracle.Visibility;

/** Groups 11 and 12: whole encoders, forward and backward. */
final class OracleEncoders {
  private OracleEncoders() {}

  static void encoder(GoldenFile file, OracleReplay replay) {
    Encoder.Shape shape =
        new Encoder.Shape(
            (int) file.number("n_layers"),
            (int) file.number("n_heads"),
            Encoder.NormPosition.POST,
            file.option("attention").equals("full")
                ? AttentionFunction.softmax()
                : AttentionFunction.linear(LinearKernel.normalised(1e-6)),
            file.option("activation").equals("gelu") ? Activation.GELU : Activation.RELU,
            residual(file),
            file.flag("final_normalization"),
            file.hasParameter("layer_norm_eps") ? file.number("layer_norm_eps") : 1e-5);
    Visibility visibility = file.flag("causal") ? Visibility.causal() : Visibility.full();
    if (file.hasTensor("in.lengths")) {
      visibility = visibility.withKeyLengths(file.integers("in.lengths"));
    }
    Encoder.Gradients gradients =
        Encoder.backward(
            shape,
            file.tensorsBelow("weight."),
            file.tensor("in.x"),
            visibility,
            file.tensor("in.cotangent"));
    replay.tensor("out.y", gradients.out());
    replay.tensor("grad.x", gradients.x());
    gradients.weights().forEach((name, gradient) -> replay.tensor("grad.weight." + name, gradient));
  }

  private static Residual residual(GoldenFile file) {
    if (file.hasParameter("res_mu")) {
      return new Residual.Velocity(file.number("res_mu"), file.number("res_stepsize"));
    }
    if (file.hasParameter("res_delta")) {
      return new Residual.AdaptiveVelocity(
          file.number("res_stepsize"),
          new AdaptiveMomentum.Options(
              file.number("res_delta"), ClampOrder.SQUARE_THEN_PROJECT, NormOver.TOKEN),
          GradientFlow.THROUGH_COEFFICIENT);
    }
    return new Residual.Plain();
  }
}
