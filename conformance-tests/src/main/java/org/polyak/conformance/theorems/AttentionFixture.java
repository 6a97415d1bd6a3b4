package org.polyak.conformance.theorems;

import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumRecurrence;
import org.polyak.conformance.oracle.Padding;
import org.polyak.conformance.oracle.Visibility;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Inputs of two sequences of two heads, and attention over them on the device. */
record AttentionFixture(CaseContext context, AttentionInputs inputs) {
  static final double EPSILON = 1e-6;

  /** φ(q)·φ(k) and then v, or φ(k) vᵀ and then φ(q); and one in the denominator. */
  static final double PRODUCTS = 2;

  static final List<Schedule> SCHEDULES =
      List.of(
          new Schedule.Automatic(),
          new Schedule.Recurrent(),
          new Schedule.Chunked(7),
          new Schedule.Chunked(64));

  private static final int BATCH = 2;
  private static final int HEADS = 2;
  private static final int KEY_DIM = 8;
  private static final int VALUE_DIM = 6;

  static AttentionFixture draw(CaseContext context, Samples s, int tokens) {
    return draw(context, s, tokens, KEY_DIM, VALUE_DIM);
  }

  static AttentionFixture draw(
      CaseContext context, Samples s, int tokens, int keyDim, int valueDim) {
    return new AttentionFixture(
        context,
        new AttentionInputs(
            normal(s, BATCH, tokens, HEADS, keyDim),
            normal(s, BATCH, tokens, HEADS, keyDim),
            normal(s, BATCH, tokens, HEADS, valueDim),
            Visibility.causal()));
  }

  static AttentionSpec spec(UpdateRule rule) {
    return spec(rule, new Schedule.Automatic());
  }

  static AttentionSpec spec(UpdateRule rule, Schedule schedule) {
    return spec(rule, schedule, true);
  }

  private static AttentionSpec spec(UpdateRule rule, Schedule schedule, boolean causal) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(EPSILON),
        rule,
        causal,
        org.polyak.spi.fused.Padding.DECAY,
        schedule);
  }

  /** The first tokens alone. */
  AttentionFixture prefix(int length) {
    return tokens(0, length);
  }

  /** Tokens {@code [from, to)} alone. */
  AttentionFixture tokens(int from, int to) {
    return new AttentionFixture(
        context,
        new AttentionInputs(
            inputs.queries().slice(1, from, to),
            inputs.keys().slice(1, from, to),
            inputs.values().slice(1, from, to),
            inputs.visibility()));
  }

  /** The same first tokens, and after them others of another magnitude. */
  AttentionFixture withLaterTokensChanged(Samples s, int length) {
    return new AttentionFixture(
        context,
        new AttentionInputs(
            changed(s, inputs.queries(), length),
            changed(s, inputs.keys(), length),
            changed(s, inputs.values(), length),
            inputs.visibility()));
  }

  AttentionInputs keysReversed() {
    return new AttentionInputs(
        inputs.queries(), reversed(inputs.keys()), reversed(inputs.values()), inputs.visibility());
  }

  int[] outShape() {
    return new int[] {BATCH, inputs.queryCount(), HEADS, inputs.values().extent(3)};
  }

  /**
   * As for all attention: three per token, the product over channels, feature maps, denominator.
   */
  double roundings() {
    return 3.0 * inputs.keyCount() + inputs.keyDim() + 30;
  }

  /** The magnitude of the causal output. */
  Array magnitude(UpdateRule rule) {
    Momentum momentum =
        switch (rule) {
          case UpdateRule.Additive additive -> new Momentum(0, 1);
          case UpdateRule.Momentum(double beta, double gamma) -> new Momentum(beta, gamma);
        };
    return MomentumRecurrence.forwardMagnitude(
            inputs,
            LinearKernel.normalised(EPSILON),
            momentum,
            Padding.DECAY,
            MomentumRecurrence.State.zero(inputs))
        .out();
  }

  /** Another result of the same function. */
  Expected same(float[] other, Array magnitude) {
    return same(Samples.array(other, magnitude.shape()), magnitude);
  }

  /** Another result of the same function. */
  Expected same(Array other, Array magnitude) {
    return new Expected(other, magnitude, 2 * roundings(), 2 * PRODUCTS);
  }

  float[] attend(AttentionSpec spec) {
    Ops ops = Ops.inference(context.engine(), context.scope());
    return ops.toFloats(
        ops.attention(
            spec,
            constant(ops, inputs.queries()),
            constant(ops, inputs.keys()),
            constant(ops, inputs.values()),
            null));
  }

  /** Non-causal linear attention over values with the weights of eq. 14. */
  float[] attendWeighted(Momentum momentum, AttentionInputs over) {
    Ops ops = Ops.inference(context.engine(), context.scope());
    int count = over.keyCount();
    float[] weights = new float[count];
    for (int j = 0; j < count; j++) {
      weights[j] = (float) (momentum.gamma() * momentum.geometricSum(count - j));
    }
    Variable values =
        ops.multiply(constant(ops, over.values()), ops.constant(weights, 1, count, 1, 1));
    AttentionSpec spec = spec(new UpdateRule.Additive(), new Schedule.Automatic(), false);
    return ops.toFloats(
        ops.attention(
            spec, constant(ops, over.queries()), constant(ops, over.keys()), values, null));
  }

  Variable constant(Ops ops, Array array) {
    return ops.constant(Samples.floats(array), array.shape());
  }

  private static Array normal(Samples s, int... shape) {
    Array zeros = Array.zeros(shape);
    return Samples.array(s.normal(zeros.size(), 1), shape);
  }

  private static Array changed(Samples s, Array array, int length) {
    Array other = normal(s, array.shape());
    for (int flat = 0; flat < array.size(); flat++) {
      int token = flat / (array.extent(2) * array.extent(3)) % array.extent(1);
      other.data()[flat] = token < length ? array.data()[flat] : (float) (100 * other.data()[flat]);
    }
    return other;
  }

  private static Array reversed(Array array) {
    Array result = Array.zerosLike(array);
    int row = array.extent(2) * array.extent(3);
    int count = array.extent(1);
    for (int flat = 0; flat < array.size(); flat++) {
      int token = flat / row % count;
      result.data()[flat + (count - 1 - 2 * token) * row] = array.data()[flat];
    }
    return result;
  }
}
