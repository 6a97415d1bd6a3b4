package org.polyak.conformance.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.polyak.conformance.oracle.Differences.assertClose;

import org.junit.jupiter.api.Test;

/**
 * Magnitudes bound what round-off can do: relative changes of at most ε in what a sum reads move
 * the result by no more than a small multiple of ε times its magnitude.
 */
class MagnitudeTest {
  private static final double EPSILON = 1e-7;

  private static final Momentum MOMENTUM = new Momentum(0.9, 1.2);
  private static final LinearKernel KERNEL = LinearKernel.normalised(1e-6);
  private final Draw draw = new Draw(51);

  @Test
  void magnitudesAreAtLeastTheAbsoluteValues() {
    AttentionInputs x = draw.attention(9, 9, Visibility.causal());
    assertAtLeast(SoftmaxAttention.forwardMagnitude(x, 0.7), SoftmaxAttention.forward(x, 0.7));
    assertAtLeast(LinearAttention.forwardMagnitude(x, KERNEL), LinearAttention.forward(x, KERNEL));
    MomentumRecurrence.State initial = draw.state();
    MomentumRecurrence.Run run =
        MomentumRecurrence.forward(x, KERNEL, MOMENTUM, Padding.DECAY, initial);
    MomentumRecurrence.Run sizes =
        MomentumRecurrence.forwardMagnitude(x, KERNEL, MOMENTUM, Padding.DECAY, initial);
    assertAtLeast(sizes.out(), run.out());
    assertAtLeast(sizes.state().m(), run.state().m());
    assertAtLeast(sizes.state().s(), run.state().s());
    Array dOut = draw.normal(2, 9, 2, 2);
    MomentumRecurrence.State cotangent = draw.state();
    MomentumRecurrence.Gradients gradients =
        MomentumRecurrence.backward(x, KERNEL, MOMENTUM, Padding.DECAY, initial, dOut, cotangent);
    MomentumRecurrence.Gradients gradientSizes =
        MomentumRecurrence.backwardMagnitude(
            x, KERNEL, MOMENTUM, Padding.DECAY, initial, dOut, cotangent);
    assertAtLeast(gradientSizes.inputs(), gradients.inputs());
    assertAtLeast(gradientSizes.initial().m(), gradients.initial().m());
    assertAtLeast(gradientSizes.initial().s(), gradients.initial().s());
    assertAtLeast(
        SoftmaxAttention.backwardMagnitude(x, 0.7, dOut), SoftmaxAttention.backward(x, 0.7, dOut));
    assertAtLeast(
        LinearAttention.backwardMagnitude(x, KERNEL, dOut),
        LinearAttention.backward(x, KERNEL, dOut));
  }

  @Test
  void recurrentAndParallelMagnitudesAgree() {
    AttentionInputs x = draw.attention(9, 9, Visibility.causal());
    MomentumRecurrence.State zero = MomentumRecurrence.State.zero(x);
    WeightedAttention.PairWeights weights = MomentumWeights.eq13(MOMENTUM, Padding.DECAY, x);
    assertClose(
        MomentumRecurrence.forwardMagnitude(x, KERNEL, MOMENTUM, Padding.DECAY, zero).out(),
        WeightedAttention.forwardMagnitude(x, KERNEL, weights),
        1e-12);
    Array dOut = draw.normal(2, 9, 2, 2);
    QkvGradients recurrent =
        MomentumRecurrence.backwardMagnitude(x, KERNEL, MOMENTUM, Padding.DECAY, zero, dOut, zero)
            .inputs();
    QkvGradients parallel = WeightedAttention.backwardMagnitude(x, KERNEL, weights, dOut);
    assertClose(recurrent.queries(), parallel.queries(), 1e-12);
    assertClose(recurrent.keys(), parallel.keys(), 1e-12);
    assertClose(recurrent.values(), parallel.values(), 1e-12);
  }

  @Test
  void smallRelativeChangesOfValuesAndScoresStayWithinTheMagnitude() {
    AttentionInputs x = draw.attention(9, 9, Visibility.full());
    AttentionInputs moved =
        new AttentionInputs(
            perturb(x.queries()), perturb(x.keys()), perturb(x.values()), Visibility.full());
    // A score moves by 2ε of its magnitude, a value by ε; a logistic of the rest, first order in ε.
    assertMoved(
        SoftmaxAttention.forward(moved, 0.7),
        SoftmaxAttention.forward(x, 0.7),
        SoftmaxAttention.forwardMagnitude(x, 0.7).times(2.01 * EPSILON));
  }

  @Test
  void smallRelativeChangesOfTermsStayWithinTheMagnitudeOfSums() {
    Array a = draw.normal(2, 3, 5);
    Array b = draw.normal(2, 5, 4);
    assertMoved(
        LinearAlgebra.matmul(perturb(a), perturb(b)),
        LinearAlgebra.matmul(a, b),
        LinearAlgebra.matmulMagnitude(a, b).times(2.01 * EPSILON));
    Array weight = draw.normal(4, 5);
    Array bias = draw.normal(4);
    assertMoved(
        Linear.forward(perturb(a), weight, perturb(bias)),
        Linear.forward(a, weight, bias),
        Linear.forwardMagnitude(a, weight, bias).times(1.01 * EPSILON));
  }

  @Test
  void smallRelativeChangesStayWithinTheMagnitudeOfNormalisationsAlsoOfNearlyConstantRows() {
    Array gain = draw.normal(6);
    Array bias = draw.normal(6);
    for (double offset : new double[] {0, 10, 1000}) {
      Array x = draw.normal(3, 6).map(e -> e + offset);
      for (Normalisation.Kind kind : Normalisation.Kind.values()) {
        assertMoved(
            Normalisation.forward(kind, perturb(x), gain, bias, 1e-5),
            Normalisation.forward(kind, x, gain, bias, 1e-5),
            Normalisation.forwardMagnitude(kind, x, gain, bias, 1e-5).times(1.05 * EPSILON));
      }
    }
  }

  @Test
  void smallRelativeChangesStayWithinTheMagnitudeOfCrossEntropy() {
    Array logits = draw.normal(4, 6).map(e -> 20 * e + 100);
    int[] targets = {0, 5, 2, -1};
    assertMoved(
        CrossEntropy.forward(perturb(logits), targets, 0.1),
        CrossEntropy.forward(logits, targets, 0.1),
        CrossEntropy.forwardMagnitude(logits, targets, 0.1).times(1.01 * EPSILON));
  }

  private Array perturb(Array x) {
    return x.zip(
        draw.normal(x.shape()), (value, sign) -> value * (1 + Math.copySign(EPSILON, sign)));
  }

  private static void assertMoved(Array moved, Array original, Array bound) {
    for (int i = 0; i < bound.size(); i++) {
      assertThat(Math.abs(moved.data()[i] - original.data()[i]))
          .isLessThanOrEqualTo(bound.data()[i]);
    }
    assertThat(moved.minus(original).maxAbs()).isPositive();
  }

  private static void assertAtLeast(QkvGradients magnitude, QkvGradients value) {
    assertAtLeast(magnitude.queries(), value.queries());
    assertAtLeast(magnitude.keys(), value.keys());
    assertAtLeast(magnitude.values(), value.values());
  }

  private static void assertAtLeast(Array magnitude, Array value) {
    for (int i = 0; i < value.size(); i++) {
      assertThat(magnitude.data()[i])
          .isGreaterThanOrEqualTo(Math.abs(value.data()[i]) * (1 - 1e-12));
    }
  }
}
