package org.polyak.conformance.oracle;

import static org.polyak.conformance.oracle.Differences.assertClose;
import static org.polyak.conformance.oracle.Differences.assertGradient;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;

/**
 * Every hand-transcribed adjoint of attention against central differences, and against each other.
 */
class AttentionGradientTest {
  private static final Momentum MOMENTUM = new Momentum(0.7, 1.3);
  private static final List<LinearKernel> KERNELS =
      List.of(
          LinearKernel.normalised(1e-3),
          LinearKernel.squareRootLength(),
          new LinearKernel(FeatureMap.ELU_PLUS_ONE, new Normaliser.None()),
          new LinearKernel(FeatureMap.IDENTITY, new Normaliser.None()));

  @TestFactory
  Stream<DynamicTest> parallelFormsMatchDifferences() {
    Visibility padded = Visibility.full().withKeyLengths(3, 5);
    Visibility causal = Visibility.causal();
    Visibility causalPadded = causal.withKeyLengths(3, 5);
    Stream<DynamicTest> softmax =
        Stream.of(Visibility.full(), padded, causal, causalPadded)
            .map(visibility ->
                DynamicTest.dynamicTest(
                    "softmax", () -> check(AttentionFunction.softmax(), visibility)));
    Stream<DynamicTest> linear =
        KERNELS.stream()
            .flatMap(kernel ->
                Stream.of(
                    test("linear, full", AttentionFunction.linear(kernel), padded),
                    test("linear, causal", AttentionFunction.linear(kernel), causalPadded),
                    test(
                        "eq. 14, padded length",
                        AttentionFunction.nonCausalMomentum(kernel, MOMENTUM, Anchor.PADDED_LENGTH),
                        padded),
                    test(
                        "eq. 14, true length",
                        AttentionFunction.nonCausalMomentum(kernel, MOMENTUM, Anchor.TRUE_LENGTH),
                        padded),
                    test(
                        "released",
                        AttentionFunction.releasedMomentum(kernel, MOMENTUM, Anchor.PADDED_LENGTH),
                        causal),
                    test(
                        "momentum, decay",
                        AttentionFunction.momentum(kernel, MOMENTUM, Padding.DECAY),
                        causalPadded),
                    test(
                        "momentum, freeze",
                        AttentionFunction.momentum(kernel, MOMENTUM, Padding.FREEZE),
                        causalPadded)));
    return Stream.concat(softmax, linear);
  }

  @TestFactory
  Stream<DynamicTest> momentumAdjointMatchesDifferencesInStatesToo() {
    return KERNELS.stream()
        .flatMap(kernel ->
            Stream.of(Padding.values())
                .map(padding ->
                    DynamicTest.dynamicTest(
                        kernel + " " + padding, () -> momentumStates(kernel, padding))));
  }

  @Test
  void linearAdjointMatchesDifferencesInStatesToo() {
    LinearKernel kernel = LinearKernel.normalised(1e-3);
    Draw draw = new Draw(5);
    AttentionInputs x = draw.attention(5, 5, Visibility.causal().withKeyLengths(3, 5));
    MomentumRecurrence.State start = draw.state();
    MomentumRecurrence.State end = draw.state();
    LinearAttention.State initial = new LinearAttention.State(start.s(), start.z());
    LinearAttention.State cotangent = new LinearAttention.State(end.s(), end.z());
    Array dOut = draw.normal(2, 5, 2, 2);
    LinearAttention.Gradients gradients =
        LinearAttention.recurrentBackward(x, kernel, initial, dOut, cotangent);
    ToDoubleFunction<LinearAttention.State> f =
        s -> {
          LinearAttention.Run run = LinearAttention.recurrent(x, kernel, s);
          return run.out().dot(dOut)
              + run.state().s().dot(cotangent.s())
              + run.state().z().dot(cotangent.z());
        };
    assertGradient(
        "s",
        gradients.initial().s(),
        initial.s(),
        s -> f.applyAsDouble(new LinearAttention.State(s, initial.z())));
    assertGradient(
        "z",
        gradients.initial().z(),
        initial.z(),
        z -> f.applyAsDouble(new LinearAttention.State(initial.s(), z)));
  }

  @Test
  void adjointsOfRecurrenceAndOfUnrolledFormAgree() {
    for (LinearKernel kernel : KERNELS) {
      for (Padding padding : Padding.values()) {
        Draw draw = new Draw(11);
        AttentionInputs x = draw.attention(9, 9, Visibility.causal().withKeyLengths(6, 9));
        Array dOut = draw.normal(2, 9, 2, 2);
        MomentumRecurrence.State zero = MomentumRecurrence.State.zero(x);
        QkvGradients adjoint =
            MomentumRecurrence.backward(x, kernel, MOMENTUM, padding, zero, dOut, zero).inputs();
        QkvGradients parallel =
            MomentumAttention.unrolledBackward(x, kernel, MOMENTUM, padding, dOut);
        assertClose(adjoint.queries(), parallel.queries(), 1e-12);
        assertClose(adjoint.keys(), parallel.keys(), 1e-12);
        assertClose(adjoint.values(), parallel.values(), 1e-12);
      }
    }
  }

  private static DynamicTest test(String name, AttentionFunction attention, Visibility visibility) {
    return DynamicTest.dynamicTest(name, () -> check(attention, visibility));
  }

  private static void check(AttentionFunction attention, Visibility visibility) {
    Draw draw = new Draw(3);
    AttentionInputs x = draw.attention(5, 5, visibility);
    Array dOut = draw.normal(2, 5, 2, 2);
    QkvGradients gradients = attention.backward(x, dOut);
    checkInputs(x, gradients, inputs -> attention.forward(inputs).dot(dOut));
  }

  private static void checkInputs(
      AttentionInputs x, QkvGradients gradients, ToDoubleFunction<AttentionInputs> f) {
    assertGradient(
        "q",
        gradients.queries(),
        x.queries(),
        q -> f.applyAsDouble(new AttentionInputs(q, x.keys(), x.values(), x.visibility())));
    assertGradient(
        "k",
        gradients.keys(),
        x.keys(),
        k -> f.applyAsDouble(new AttentionInputs(x.queries(), k, x.values(), x.visibility())));
    assertGradient(
        "v",
        gradients.values(),
        x.values(),
        v -> f.applyAsDouble(new AttentionInputs(x.queries(), x.keys(), v, x.visibility())));
  }

  private static void momentumStates(LinearKernel kernel, Padding padding) {
    Draw draw = new Draw(7);
    AttentionInputs x = draw.attention(5, 5, Visibility.causal().withKeyLengths(3, 5));
    MomentumRecurrence.State initial = draw.state();
    MomentumRecurrence.State cotangent = draw.state();
    Array dOut = draw.normal(2, 5, 2, 2);
    MomentumRecurrence.Gradients gradients =
        MomentumRecurrence.backward(x, kernel, MOMENTUM, padding, initial, dOut, cotangent);
    checkInputs(
        x, gradients.inputs(), inputs -> scalar(inputs, kernel, padding, initial, dOut, cotangent));
    assertGradient(
        "m",
        gradients.initial().m(),
        initial.m(),
        m ->
            scalar(
                x,
                kernel,
                padding,
                new MomentumRecurrence.State(m, initial.s(), initial.z()),
                dOut,
                cotangent));
    assertGradient(
        "s",
        gradients.initial().s(),
        initial.s(),
        s ->
            scalar(
                x,
                kernel,
                padding,
                new MomentumRecurrence.State(initial.m(), s, initial.z()),
                dOut,
                cotangent));
    assertGradient(
        "z",
        gradients.initial().z(),
        initial.z(),
        z ->
            scalar(
                x,
                kernel,
                padding,
                new MomentumRecurrence.State(initial.m(), initial.s(), z),
                dOut,
                cotangent));
  }

  private static double scalar(
      AttentionInputs x,
      LinearKernel kernel,
      Padding padding,
      MomentumRecurrence.State initial,
      Array dOut,
      MomentumRecurrence.State cotangent) {
    MomentumRecurrence.Run run = MomentumRecurrence.forward(x, kernel, MOMENTUM, padding, initial);
    return run.out().dot(dOut)
        + run.state().m().dot(cotangent.m())
        + run.state().s().dot(cotangent.s())
        + run.state().z().dot(cotangent.z());
  }
}
