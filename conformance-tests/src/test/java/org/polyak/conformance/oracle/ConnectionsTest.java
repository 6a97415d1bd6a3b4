package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.polyak.conformance.oracle.Differences.assertClose;
import static org.polyak.conformance.oracle.Differences.assertGradient;
import static org.polyak.conformance.oracle.Differences.distance;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.oracle.AdaptiveMomentum.ClampOrder;
import org.polyak.conformance.oracle.AdaptiveMomentum.NormOver;
import org.polyak.conformance.oracle.AdaptiveMomentum.Options;

/** Momentum connection and adaptive coefficient: identities, edges, gradients. */
class ConnectionsTest {
  private static final double EXACT = 1e-14;
  private static final int[] SHAPE = {2, 4, 3};

  private final Draw draw = new Draw(21);
  private final Array x = draw.normal(SHAPE);
  private final Array a = draw.normal(SHAPE);
  private final Array other = draw.normal(SHAPE);

  @Test
  void velocityFormWithoutMomentumAndWithUnitStepIsTheOrdinaryResidual() {
    Array none = Array.zeros(SHAPE);
    assertClose(
        Connections.velocity(x, a, other, none, 1).iterate(), Connections.plain(x, a), EXACT);
  }

  @Test
  void velocityFormSumsEarlierAttentionOutputsWithPowersOfMu() {
    Array mu = Array.filled(0.3, SHAPE);
    Array[] outputs = {a, other, draw.normal(SHAPE)};
    Array iterate = x;
    Array v = Array.zeros(SHAPE);
    Array explicit = Array.zeros(SHAPE);
    for (int layer = 0; layer < outputs.length; layer++) {
      Connections.Step step = Connections.velocity(iterate, outputs[layer], v, mu, 0.9);
      explicit = iterate;
      for (int r = 0; r <= layer; r++) {
        explicit = explicit.plus(outputs[r].times(0.9 * Math.pow(0.3, layer - r)));
      }
      assertClose(step.iterate(), explicit, EXACT);
      iterate = step.iterate();
      v = step.velocity();
    }
  }

  @Test
  void equation15EqualsTheVelocityFormWithUnitStepWherePreviousIsIteratePlusVelocity() {
    Array mu = Array.filled(0.6, SHAPE);
    assertClose(
        Connections.equation15(x, a, x.plus(other), mu),
        Connections.velocity(x, a, other, mu, 1).iterate(),
        1e-13);
  }

  @Test
  void gradientsMatchDifferences() {
    Array mu = draw.normal(SHAPE);
    Array v = draw.normal(SHAPE);
    Array dx = draw.normal(SHAPE);
    Array dv = draw.normal(SHAPE);
    Connections.StepGradients step = Connections.velocityBackward(v, mu, 0.8, dx, dv);
    assertGradient("x", step.iterate(), x, at -> scalar(at, a, v, mu, dx, dv));
    assertGradient("a", step.attention(), a, at -> scalar(x, at, v, mu, dx, dv));
    assertGradient("v", step.velocity(), v, at -> scalar(x, a, at, mu, dx, dv));
    assertGradient("mu", step.coefficient(), mu, at -> scalar(x, a, v, at, dx, dv));
    Connections.Equation15Gradients printed = Connections.equation15Backward(x, other, mu, dx);
    assertGradient("x", printed.iterate(), x, at -> eq15(at, a, other, mu).dot(dx));
    assertGradient("a", printed.attention(), a, at -> eq15(x, at, other, mu).dot(dx));
    assertGradient("previous", printed.previous(), other, at -> eq15(x, a, at, mu).dot(dx));
    assertGradient("betaTilde", printed.coefficient(), mu, at -> eq15(x, a, other, at).dot(dx));
  }

  @TestFactory
  Stream<DynamicTest> coefficientGradientsMatchDifferences() {
    return Stream.of(ClampOrder.values())
        .flatMap(order ->
            Stream.of(NormOver.values())
                .map(over ->
                    DynamicTest.dynamicTest(
                        order + " " + over,
                        () -> coefficientGradients(new Options(1e-3, order, over)))));
  }

  @Test
  void coefficientEdgesHaveTheirDocumentedValuesAndNoGradient() {
    Array zero = Array.zeros(1, 1, 3);
    Array one = Array.filled(1, 1, 1, 3);
    for (ClampOrder order : ClampOrder.values()) {
      Options options = new Options(1e-3, order, NormOver.TOKEN);
      double flat = order == ClampOrder.SQUARE_THEN_PROJECT ? 0.999 : 0.999 * 0.999;
      double infinite = order == ClampOrder.SQUARE_THEN_PROJECT ? 0.999 : 0;
      assertCoefficient(one, one, one, options, flat);
      assertCoefficient(zero, zero, zero, options, flat);
      assertCoefficient(one, zero, zero, options, infinite);
      assertCoefficient(zero, one, one, options, 0);
    }
  }

  @Test
  void clampOrdersDifferForALargeRatio() {
    assertThat(AdaptiveMomentum.coefficient(4, 1e-3, ClampOrder.SQUARE_THEN_PROJECT))
        .isEqualTo(1 - 1e-3);
    assertThat(AdaptiveMomentum.coefficient(4, 1e-3, ClampOrder.PROJECT_THEN_SQUARE)).isZero();
    assertThat(AdaptiveMomentum.coefficient(0.25, 1e-3, ClampOrder.SQUARE_THEN_PROJECT))
        .isEqualTo(AdaptiveMomentum.coefficient(0.25, 1e-3, ClampOrder.PROJECT_THEN_SQUARE))
        .isEqualTo(0.25);
  }

  @Test
  void firstLayerCoefficientHasNoEffectAndSecondLayerEqualsEquation18() {
    Options options = Options.released();
    Array zero = Array.zeros(SHAPE);
    Array first = Connections.velocity(x, a, zero, Array.filled(0.1, SHAPE), 0.9).iterate();
    assertClose(
        Connections.velocity(x, a, zero, Array.filled(0.9, SHAPE), 0.9).iterate(), first, 0);
    // After it v = −a_1, whose norm is that of the previous "gradient" a_1.
    Array v = a.times(-1);
    Array second =
        AdaptiveMomentum.coefficients(other, a, AdaptiveMomentum.releasedReference(v, a), options);
    assertClose(second, AdaptiveMomentum.coefficients(other, a, a, options), EXACT);
    // From the third layer on the velocity is not the previous attention output.
    Array v2 = v.times(0.5).minus(other);
    Array third = draw.normal(SHAPE);
    assertThat(
            distance(
                AdaptiveMomentum.coefficients(third, other, v2, options),
                AdaptiveMomentum.coefficients(third, other, other, options)))
        .isGreaterThan(1e-3);
  }

  private void coefficientGradients(Options options) {
    // Ratios well inside (0, 1), where neither projection binds.
    Array small = other.plus(draw.normal(SHAPE).times(0.3));
    Array reference = draw.offZero(SHAPE).times(3);
    Array beta = AdaptiveMomentum.coefficients(small, other, reference, options);
    for (double b : beta.data()) {
      assertThat(b).isBetween(0.01, 0.95);
    }
    Array cotangent = draw.normal(beta.shape());
    AdaptiveMomentum.Gradients gradients =
        AdaptiveMomentum.backward(small, other, reference, options, cotangent);
    assertGradient(
        "attention",
        gradients.attention(),
        small,
        at -> AdaptiveMomentum.coefficients(at, other, reference, options).dot(cotangent));
    assertGradient(
        "previous",
        gradients.previousAttention(),
        other,
        at -> AdaptiveMomentum.coefficients(small, at, reference, options).dot(cotangent));
    assertGradient(
        "reference",
        gradients.reference(),
        reference,
        at -> AdaptiveMomentum.coefficients(small, other, at, options).dot(cotangent));
  }

  private static void assertCoefficient(
      Array a, Array previous, Array reference, Options options, double want) {
    assertThat(AdaptiveMomentum.coefficients(a, previous, reference, options).get(0, 0, 0))
        .isEqualTo(want);
    AdaptiveMomentum.Gradients gradients =
        AdaptiveMomentum.backward(a, previous, reference, options, Array.filled(1, 1, 1, 1));
    assertThat(gradients.attention().data()).containsOnly(0);
    assertThat(gradients.reference().data()).containsOnly(0);
  }

  private static double scalar(Array x, Array a, Array v, Array mu, Array dx, Array dv) {
    Connections.Step step = Connections.velocity(x, a, v, mu, 0.8);
    return step.iterate().dot(dx) + step.velocity().dot(dv);
  }

  private static Array eq15(Array x, Array a, Array previous, Array betaTilde) {
    return Connections.equation15(x, a, previous, betaTilde);
  }
}
