package org.polyak.conformance.layers;

import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.GradientFlow;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.AdaptiveMomentum.Options;
import org.polyak.conformance.oracle.AttentionFunction;
import org.polyak.conformance.oracle.Encoder;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;
import org.polyak.conformance.oracle.Padding;
import org.polyak.conformance.oracle.Residual;
import org.polyak.conformance.oracle.Visibility;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;

/** What a configuration of {@code nn} is called in the oracle. */
public final class OracleConfig {
  private OracleConfig() {}

  /** The stack of blocks. */
  public static Encoder.Shape encoder(TransformerConfig config) {
    return new Encoder.Shape(
        config.layers(),
        config.heads(),
        Encoder.NormPosition.valueOf(config.placement().name()),
        attention(config),
        org.polyak.conformance.oracle.Activation.valueOf(config.activation().name()),
        residual(config.connection()),
        config.finalNorm(),
        TransformerConfig.NORM_EPSILON);
  }

  /** Who sees whom. */
  public static Visibility visibility(TransformerConfig config) {
    return config.causal() ? Visibility.causal() : Visibility.full();
  }

  static Residual residual(ConnectionConfig connection) {
    return switch (connection) {
      case ConnectionConfig.Plain plain -> new Residual.Plain();
      case ConnectionConfig.Velocity(double momentum, double stepSize) ->
          new Residual.Velocity(momentum, stepSize);
      case ConnectionConfig.HeavyBall(double momentum) -> new Residual.Equation15(momentum);
      case ConnectionConfig.AdaptiveVelocity(double stepSize, var reference, var coefficient) ->
          reference == ConnectionConfig.Reference.VELOCITY
              ? new Residual.AdaptiveVelocity(stepSize, options(coefficient), flow(coefficient))
              : new Residual.AdaptiveVelocityOfEquation18(
                  stepSize, options(coefficient), flow(coefficient));
      case ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient coefficient) ->
          new Residual.AdaptiveEquation15(options(coefficient), flow(coefficient));
    };
  }

  static AdaptiveMomentum.Options options(AdaptiveCoefficient coefficient) {
    return new Options(
        coefficient.delta(),
        order(coefficient.order()),
        NormOver.valueOf(coefficient.norm().name()));
  }

  static ClampOrder order(AdaptiveCoefficient.Order order) {
    return ClampOrder.valueOf(order.name());
  }

  private static GradientFlow flow(AdaptiveCoefficient coefficient) {
    return coefficient.detached() ? GradientFlow.DETACHED : GradientFlow.THROUGH_COEFFICIENT;
  }

  private static AttentionFunction attention(TransformerConfig config) {
    return switch (config.attention()) {
      case AttentionConfig.Softmax softmax -> AttentionFunction.softmax();
      case AttentionConfig.Linear(double epsilon) ->
          AttentionFunction.linear(LinearKernel.normalised(epsilon));
      case AttentionConfig.LinearUnnormalised unnormalised ->
          AttentionFunction.linear(LinearKernel.squareRootLength());
      case AttentionConfig.Momentum m -> {
        LinearKernel kernel = LinearKernel.normalised(m.epsilon());
        Momentum momentum = new Momentum(m.beta(), m.gamma());
        Anchor anchor =
            m.anchor() == AttentionConfig.Anchor.PADDED ? Anchor.PADDED_LENGTH : Anchor.TRUE_LENGTH;
        yield switch (m.weighting()) {
          case EQ13 -> AttentionFunction.momentum(kernel, momentum, Padding.DECAY);
          case NON_CAUSAL -> AttentionFunction.nonCausalMomentum(kernel, momentum, anchor);
          case RELEASED -> AttentionFunction.releasedMomentum(kernel, momentum, anchor);
        };
      }
    };
  }
}
