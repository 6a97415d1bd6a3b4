package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.polyak.conformance.oracle.Differences.assertClose;
import static org.polyak.conformance.oracle.Differences.assertGradient;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Layers and losses: gradients against central differences, and values known independently. */
class LayerGradientTest {
  private final Draw draw = new Draw(31);

  @Test
  void linearMatchesDifferences() {
    Array x = draw.normal(2, 3, 4);
    Array weight = draw.normal(5, 4);
    Array bias = draw.normal(5);
    Array d = draw.normal(2, 3, 5);
    Linear.Gradients gradients = Linear.backward(x, weight, d);
    assertGradient("x", gradients.x(), x, at -> Linear.forward(at, weight, bias).dot(d));
    assertGradient("W", gradients.weight(), weight, at -> Linear.forward(x, at, bias).dot(d));
    assertGradient("b", gradients.bias(), bias, at -> Linear.forward(x, weight, at).dot(d));
  }

  @TestFactory
  Stream<DynamicTest> normalisationsMatchDifferences() {
    return Stream.of(Normalisation.Kind.values())
        .map(kind -> DynamicTest.dynamicTest(kind.name(), () -> normalisation(kind)));
  }

  @TestFactory
  Stream<DynamicTest> activationsMatchDifferences() {
    Array x = draw.offZero(40).times(2);
    Array d = draw.normal(40);
    return Stream.of(Activation.values())
        .map(f ->
            DynamicTest.dynamicTest(
                f.name(),
                () -> assertGradient(f.name(), f.backward(x, d), x, at -> f.forward(at).dot(d))));
  }

  @Test
  void softmaxMatchesDifferencesAndGivesNothingToMinusInfinity() {
    Array x = draw.normal(4, 5);
    Array d = draw.normal(4, 5);
    assertGradient("x", Softmax.backward(x, d), x, at -> Softmax.forward(at).dot(d));
    x.set(Double.NEGATIVE_INFINITY, 2, 3);
    assertThat(Softmax.forward(x).get(2, 3)).isZero();
    assertThat(Softmax.forward(x).sum()).isCloseTo(4, within(1e-14));
    assertThat(Softmax.backward(x, d).get(2, 3)).isZero();
  }

  @Test
  void crossEntropyMatchesDifferencesAndIgnoresNegativeTargets() {
    Array logits = draw.normal(4, 5);
    int[] targets = {3, -100, 0, 4};
    Array d = draw.normal(4);
    for (double smoothing : new double[] {0, 0.1}) {
      Array gradients = CrossEntropy.backward(logits, targets, smoothing, d);
      assertGradient(
          "logits", gradients, logits, at -> CrossEntropy.forward(at, targets, smoothing).dot(d));
      assertThat(CrossEntropy.forward(logits, targets, smoothing).get(1)).isZero();
      assertThat(gradients.slice(0, 1, 2).data()).containsOnly(0);
    }
    Array uniform = CrossEntropy.forward(Array.zeros(1, 7), new int[] {2}, 0.3);
    assertThat(uniform.get(0)).isCloseTo(Math.log(7), within(1e-15));
  }

  @Test
  void logisticMixtureMatchesDifferencesInEveryBranch() {
    // Both open ends, an interior bin, and one so far from every mean that the density takes over.
    double[] targets = {
      LogisticMixture.centred(0),
      LogisticMixture.centred(255),
      LogisticMixture.centred(100),
      LogisticMixture.centred(250)
    };
    Array parameters = draw.normal(4, 9).times(0.5);
    for (int k = 0; k < 3; k++) {
      parameters.set(-0.9 + 0.1 * k, 3, 3 + k);
      parameters.set(-1.8, 3, 6 + k);
    }
    parameters.set(-8, 2, 8);
    Array d = draw.normal(4);
    Array gradients = LogisticMixture.backward(parameters, targets, d);
    assertGradient(
        "parameters", gradients, parameters, at -> LogisticMixture.forward(at, targets).dot(d));
    assertThat(gradients.get(2, 8)).as("log-scale below its floor").isZero();
  }

  @Test
  void logisticMixtureProbabilitiesOfAllPixelsSumToOne() {
    Array row = draw.normal(1, 9);
    Array wide = row.map(p -> p);
    for (int k = 6; k < 9; k++) {
      wide.set(-1.0, 0, k);
    }
    double sum = 0;
    for (int pixel = 0; pixel < 256; pixel++) {
      double[] target = {LogisticMixture.centred(pixel)};
      sum += Math.exp(-LogisticMixture.forward(wide, target).get(0));
    }
    assertThat(sum).isCloseTo(1, within(1e-12));
  }

  @Test
  void embeddingGradientAddsRepeatedTokens() {
    Array table = draw.normal(4, 3);
    int[] tokens = {2, 0, 2};
    Array d = draw.normal(3, 3);
    assertGradient(
        "table",
        Embeddings.lookUpBackward(table, tokens, d),
        table,
        at -> Embeddings.lookUp(at, tokens).dot(d));
  }

  @Test
  void errorFunctionHasItsKnownValues() {
    // Reference values, rounded to double (Abramowitz and Stegun, table 7.1, extended).
    assertThat(SpecialFunctions.erf(0.5)).isCloseTo(0.5204998778130465, within(2e-16));
    assertThat(SpecialFunctions.erf(1)).isCloseTo(0.8427007929497149, within(3e-16));
    assertThat(SpecialFunctions.erf(-1)).isEqualTo(-SpecialFunctions.erf(1));
    assertThat(SpecialFunctions.erfc(2)).isCloseTo(0.004677734981047266, within(2e-17));
    assertThat(SpecialFunctions.erfc(5)).isCloseTo(1.537459794428035e-12, within(1e-26));
    assertThat(SpecialFunctions.erfc(-5)).isCloseTo(2, within(1e-11));
  }

  @Test
  void errorFunctionIsContinuousWhereItsFormsMeet() {
    for (double x : new double[] {0.5, 2}) {
      double below = Math.nextDown(x);
      assertThat(SpecialFunctions.erf(x)).isCloseTo(SpecialFunctions.erf(below), within(5e-16));
      assertThat(SpecialFunctions.erfc(x)).isCloseTo(SpecialFunctions.erfc(below), within(5e-16));
    }
  }

  @Test
  void verbsThatSumMatchTheirDefinitions() {
    Array x = draw.normal(2, 3, 4);
    Array ones = Array.filled(1, 2, 1, 3);
    assertClose(LinearAlgebra.matmul(ones, x), LinearAlgebra.sum(x, 1), 1e-15);
    Array running = LinearAlgebra.runningSum(x, 1, false);
    Array reversed = LinearAlgebra.runningSum(x, 1, true);
    assertClose(running.slice(1, 2, 3), LinearAlgebra.sum(x, 1), 1e-15);
    assertClose(running.plus(reversed).minus(x).slice(1, 1, 2), LinearAlgebra.sum(x, 1), 1e-15);
    assertThat(LinearAlgebra.maximum(x, 2).get(1, 2, 0))
        .isEqualTo(
            Math.max(
                Math.max(x.get(1, 2, 0), x.get(1, 2, 1)),
                Math.max(x.get(1, 2, 2), x.get(1, 2, 3))));
  }

  private void normalisation(Normalisation.Kind kind) {
    Array x = draw.normal(2, 3, 4);
    Array gain = draw.normal(4);
    Array bias = draw.normal(4);
    Array d = draw.normal(2, 3, 4);
    Normalisation.Gradients gradients = Normalisation.backward(kind, x, gain, 1e-2, d);
    assertGradient(
        "x", gradients.x(), x, at -> Normalisation.forward(kind, at, gain, bias, 1e-2).dot(d));
    assertGradient(
        "gain",
        gradients.gain(),
        gain,
        at -> Normalisation.forward(kind, x, at, bias, 1e-2).dot(d));
    assertGradient(
        "bias",
        gradients.bias(),
        bias,
        at -> Normalisation.forward(kind, x, gain, at, 1e-2).dot(d));
  }
}
