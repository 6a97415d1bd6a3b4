package org.polyak.conformance.attention;

import org.jspecify.annotations.Nullable;
import org.polyak.conformance.Expected;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.LinearAttention;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumRecurrence;
import org.polyak.conformance.oracle.MomentumRecurrence.State;
import org.polyak.conformance.oracle.QkvGradients;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.UpdateRule;

/**
 * What attention of the linear family should give, forward and backward, states included.
 *
 * <p>How roundings are counted. Forward, a term φ(q)·φ(k) v passes through the feature maps (6
 * each), a product over K channels, at most three roundings for every token between key and query
 * (decay and addition in m, step and addition in s), and a denominator that gathers as many.
 * Backward, the gradient passes through the same once more, and sums over V channels. Products are
 * counted beside the constants.
 *
 * @param out the output
 * @param last the final state; null unless causal
 * @param queries gradient
 * @param keys gradient
 * @param values gradient
 * @param initial gradient of the initial state; null unless causal
 */
record AttentionExpectation(
    Expected out,
    @Nullable StateExpectation last,
    Expected queries,
    Expected keys,
    Expected values,
    @Nullable StateExpectation initial) {

  /** A state is a sum of products φ(k) vᵀ. */
  private static final double STATE_PRODUCTS = 1;

  /** A numerator is φ(q)·φ(k) and then v, or φ(k) vᵀ and then φ(q); a denominator is φ(q)·z. */
  private static final double OUT_PRODUCTS = 2;

  /** dv: what weighs dN, one; dN, of the denominator one; and their product. */
  private static final double VALUE_PRODUCTS = 3;

  /** dφ by way of the denominator: out two, dout·out, 1/D, and the product with z or φ. */
  private static final double KEY_PRODUCTS = OUT_PRODUCTS + 3;

  /** The parts of a state. */
  record StateExpectation(Expected memory, Expected momentum, Expected keySum) {}

  /** For a causal or non-causal specification; the states are used only if causal. */
  static AttentionExpectation of(
      AttentionSpec spec,
      AttentionInputs inputs,
      State initial,
      Array outGradient,
      State lastGradient) {
    LinearKernel kernel = new LinearKernel(oracle(spec.featureMap()), oracle(spec.normaliser()));
    double forward = 3.0 * inputs.keyCount() + inputs.keyDim() + 30;
    double backward = 2 * forward + inputs.valueDim() + inputs.queryCount();
    if (!spec.causal()) {
      QkvGradients gradients = LinearAttention.backward(inputs, kernel, outGradient);
      QkvGradients sizes = LinearAttention.backwardMagnitude(inputs, kernel, outGradient);
      return new AttentionExpectation(
          new Expected(
              LinearAttention.forward(inputs, kernel),
              LinearAttention.forwardMagnitude(inputs, kernel),
              forward,
              OUT_PRODUCTS),
          null,
          new Expected(gradients.queries(), sizes.queries(), backward, KEY_PRODUCTS),
          new Expected(gradients.keys(), sizes.keys(), backward, KEY_PRODUCTS),
          new Expected(gradients.values(), sizes.values(), backward, VALUE_PRODUCTS),
          null);
    }
    Momentum momentum =
        switch (spec.rule()) {
          case UpdateRule.Additive additive -> new Momentum(0, 1);
          case UpdateRule.Momentum(double beta, double gamma) -> new Momentum(beta, gamma);
        };
    org.polyak.conformance.oracle.Padding padding =
        spec.padding() == Padding.DECAY
            ? org.polyak.conformance.oracle.Padding.DECAY
            : org.polyak.conformance.oracle.Padding.FREEZE;
    MomentumRecurrence.Run run =
        MomentumRecurrence.forward(inputs, kernel, momentum, padding, initial);
    MomentumRecurrence.Run sizes =
        MomentumRecurrence.forwardMagnitude(inputs, kernel, momentum, padding, initial);
    MomentumRecurrence.Gradients gradients =
        MomentumRecurrence.backward(
            inputs, kernel, momentum, padding, initial, outGradient, lastGradient);
    MomentumRecurrence.Gradients gradientSizes =
        MomentumRecurrence.backwardMagnitude(
            inputs, kernel, momentum, padding, initial, outGradient, lastGradient);
    QkvGradients inner = gradients.inputs();
    QkvGradients innerSizes = gradientSizes.inputs();
    return new AttentionExpectation(
        new Expected(run.out(), sizes.out(), forward, OUT_PRODUCTS),
        state(run.state(), sizes.state(), forward, STATE_PRODUCTS, STATE_PRODUCTS),
        new Expected(inner.queries(), innerSizes.queries(), backward, KEY_PRODUCTS),
        new Expected(inner.keys(), innerSizes.keys(), backward, KEY_PRODUCTS),
        new Expected(inner.values(), innerSizes.values(), backward, VALUE_PRODUCTS),
        state(
            gradients.initial(), gradientSizes.initial(), backward, VALUE_PRODUCTS, KEY_PRODUCTS));
  }

  private static StateExpectation state(
      State values,
      State magnitudes,
      double roundings,
      double products,
      double productsOfTheKeySum) {
    return new StateExpectation(
        new Expected(values.s(), magnitudes.s(), roundings, products),
        new Expected(values.m(), magnitudes.m(), roundings, products),
        new Expected(values.z(), magnitudes.z(), roundings, productsOfTheKeySum));
  }

  private static org.polyak.conformance.oracle.FeatureMap oracle(FeatureMap map) {
    return switch (map) {
      case IDENTITY -> org.polyak.conformance.oracle.FeatureMap.IDENTITY;
      case ELU_PLUS_ONE -> org.polyak.conformance.oracle.FeatureMap.ELU_PLUS_ONE;
    };
  }

  private static org.polyak.conformance.oracle.Normaliser oracle(Normaliser normaliser) {
    return switch (normaliser) {
      case Normaliser.None none -> new org.polyak.conformance.oracle.Normaliser.None();
      case Normaliser.KeySum(double epsilon) ->
          new org.polyak.conformance.oracle.Normaliser.KeySum(epsilon);
      case Normaliser.SquareRootLength root ->
          new org.polyak.conformance.oracle.Normaliser.SquareRootLength();
    };
  }
}
