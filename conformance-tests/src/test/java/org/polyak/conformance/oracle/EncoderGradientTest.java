package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.polyak.conformance.oracle.Differences.assertClose;
import static org.polyak.conformance.oracle.Differences.assertGradient;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.GradientFlow;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.AdaptiveMomentum.Options;

/** The tape under whole encoders: every residual rule and norm position against differences. */
class EncoderGradientTest {
  private static final Momentum MOMENTUM = new Momentum(0.6, 0.9);
  private static final Options RELEASED = Options.released();
  private static final Options PRINTED =
      new Options(1e-3, ClampOrder.PROJECT_THEN_SQUARE, NormOver.SAMPLE);

  private static final List<Residual> RESIDUALS =
      List.of(
          new Residual.Plain(),
          new Residual.Velocity(0.6, 0.8),
          new Residual.Equation15(0.4),
          new Residual.AdaptiveVelocity(0.8, RELEASED, GradientFlow.THROUGH_COEFFICIENT),
          new Residual.AdaptiveEquation15(PRINTED, GradientFlow.THROUGH_COEFFICIENT));

  private final Array x = new Draw(41).normal(1, 3, 4);

  @TestFactory
  Stream<DynamicTest> gradientsMatchDifferences() {
    return Stream.of(Encoder.NormPosition.values())
        .flatMap(position ->
            RESIDUALS.stream()
                .map(residual ->
                    DynamicTest.dynamicTest(
                        position + " " + residual, () -> check(position, residual))));
  }

  @Test
  void momentumConnectionsWithoutMomentumAreTheOrdinaryResidual() {
    Array plain = forward(new Residual.Plain());
    assertClose(forward(new Residual.Velocity(0, 1)), plain, 1e-14);
    assertClose(forward(new Residual.Equation15(0)), plain, 1e-14);
  }

  @Test
  void detachedCoefficientKeepsTheOutputAndChangesTheGradient() {
    Residual through =
        new Residual.AdaptiveVelocity(0.8, RELEASED, GradientFlow.THROUGH_COEFFICIENT);
    Residual detached = new Residual.AdaptiveVelocity(0.8, RELEASED, GradientFlow.DETACHED);
    assertClose(forward(detached), forward(through), 0);
    Array d = new Draw(42).normal(1, 3, 4);
    Array gradient = backward(detached, d).x();
    assertThat(Differences.distance(gradient, backward(through, d).x())).isGreaterThan(1e-6);
  }

  private void check(Encoder.NormPosition position, Residual residual) {
    Encoder.Shape shape = shape(position, residual);
    Map<String, Array> weights = weights();
    Visibility visibility = Visibility.causal();
    Array d = new Draw(43).normal(1, 3, 4);
    Encoder.Gradients gradients = Encoder.backward(shape, weights, x, visibility, d);
    assertGradient(
        "x", gradients.x(), x, at -> Encoder.forward(shape, weights, at, visibility).dot(d));
    for (String name :
        List.of(
            "layers.0.attention.query_projection.weight",
            "layers.0.attention.out_projection.bias",
            "layers.0.norm1.weight",
            "layers.1.attention.value_projection.weight",
            "layers.2.linear1.weight",
            "norm.bias")) {
      assertGradient(
          name,
          gradient(gradients, name),
          weight(weights, name),
          at -> {
            Map<String, Array> moved = new LinkedHashMap<>(weights);
            moved.put(name, at);
            return Encoder.forward(shape, moved, x, visibility).dot(d);
          });
    }
  }

  private Array forward(Residual residual) {
    Encoder.Shape shape = shape(Encoder.NormPosition.POST, residual);
    return Encoder.forward(shape, weights(), x, Visibility.causal());
  }

  private Encoder.Gradients backward(Residual residual, Array d) {
    Encoder.Shape shape = shape(Encoder.NormPosition.POST, residual);
    return Encoder.backward(shape, weights(), x, Visibility.causal(), d);
  }

  private static Encoder.Shape shape(Encoder.NormPosition position, Residual residual) {
    AttentionFunction attention =
        AttentionFunction.momentum(LinearKernel.normalised(1e-6), MOMENTUM, Padding.DECAY);
    return new Encoder.Shape(3, 2, position, attention, Activation.GELU, residual, true, 1e-2);
  }

  private static Array gradient(Encoder.Gradients gradients, String name) {
    return weight(gradients.weights(), name);
  }

  private static Array weight(Map<String, Array> weights, String name) {
    Array weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException(name);
    }
    return weight;
  }

  private static Map<String, Array> weights() {
    Draw draw = new Draw(44);
    Map<String, Array> weights = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      String layer = "layers." + i + ".";
      for (String part : List.of("query", "key", "value", "out")) {
        put(weights, layer + "attention." + part + "_projection", draw.normal(4, 4), draw);
      }
      put(weights, layer + "linear1", draw.normal(6, 4), draw);
      put(weights, layer + "linear2", draw.normal(4, 6), draw);
      put(weights, layer + "norm1", draw.positive(4), draw);
      put(weights, layer + "norm2", draw.positive(4), draw);
    }
    put(weights, "norm", draw.positive(4), draw);
    return weights;
  }

  private static void put(Map<String, Array> weights, String name, Array weight, Draw draw) {
    weights.put(name + ".weight", weight.times(weight.rank() == 2 ? 0.5 : 1));
    weights.put(name + ".bias", draw.normal(weight.extent(0)));
  }
}
