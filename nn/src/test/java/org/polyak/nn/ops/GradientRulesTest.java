package org.polyak.nn.ops;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/**
 * Every gradient rule against central differences, fused and composed. In float32 the difference
 * quotient with step h has a truncation error of order h² and a rounding error of order 2⁻²⁴
 * Σ|terms| / h, so the comparison is coarse (a few 10⁻³); the conformance suite compares with a
 * float64 oracle.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GradientRulesTest {
  private static final double STEP = 1.0 / 64;
  private static final double TOLERANCE = 4e-3;

  private interface Function {
    Variable apply(Ops ops, Variable[] inputs);
  }

  private record Case(String name, Function function, boolean positive, List<int[]> shapes) {}

  private Backend backend;

  @BeforeAll
  void open() {
    backend =
        ServiceLoader.load(BackendProvider.class)
            .findFirst()
            .orElseThrow()
            .open(BackendOptions.DEFAULTS);
  }

  @AfterAll
  void close() {
    backend.close();
  }

  @TestFactory
  Stream<DynamicTest> rulesAgreeWithCentralDifferences() {
    return cases().stream()
        .flatMap(c ->
            Stream.of(
                DynamicTest.dynamicTest(c.name() + ", fused", () -> check(c, new Engine(backend))),
                DynamicTest.dynamicTest(
                    c.name() + ", composed",
                    () -> check(c, new Engine(backend, FusedKernels.NONE)))));
  }

  @Test
  void aVariableUsedTwiceCollectsBothGradients() {
    try (Scope scope = backend.openScope("test")) {
      Ops ops = Ops.recording(new Engine(backend), scope, new Tape());
      Variable x = Variable.parameter(ops.constant(new float[] {3, -2}, 2).tensor());
      Gradients gradients = ops.backward(ops.sumAll(ops.add(ops.multiply(x, x), x)));
      assertThat(ops.toFloats(Variable.constant(gradients.require(x)))).containsExactly(7, -3);
    }
  }

  @Test
  void anInPlaceSumNeverTouchesAGradientThatAnotherVariableHolds() {
    try (Scope scope = backend.openScope("test")) {
      Ops ops = Ops.recording(new Engine(backend), scope, new Tape());
      Variable x = Variable.parameter(ops.constant(new float[] {1, 2}, 2).tensor());
      Variable y = Variable.parameter(ops.constant(new float[] {5, 7}, 2).tensor());
      // The addition shares one gradient between x and y; the product then adds to x's.
      Variable sum = ops.add(ops.scale(x, 10), ops.add(x, y));
      Gradients gradients = ops.backward(ops.sumAll(sum));
      assertThat(ops.toFloats(Variable.constant(gradients.require(x)))).containsExactly(11, 11);
      assertThat(ops.toFloats(Variable.constant(gradients.require(y)))).containsExactly(1, 1);
    }
  }

  @Test
  void noGradientFlowsThroughDetach() {
    try (Scope scope = backend.openScope("test")) {
      Ops ops = Ops.recording(new Engine(backend), scope, new Tape());
      Variable x = Variable.parameter(ops.constant(new float[] {1, 2}, 2).tensor());
      Gradients gradients = ops.backward(ops.sumAll(ops.multiply(ops.detach(x), x)));
      assertThat(ops.toFloats(Variable.constant(gradients.require(x)))).containsExactly(1, 2);
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (UnaryOp op : UnaryOp.values()) {
      boolean positive =
          op == UnaryOp.LOGARITHM || op == UnaryOp.SQUARE_ROOT || op == UnaryOp.RECIPROCAL;
      if (op != UnaryOp.SIGN) {
        cases.add(of(op.name(), positive, (ops, x) -> ops.unary(op, x[0]), dims(3, 5)));
      }
    }
    for (Activation activation : Activation.values()) {
      cases.add(
          of(
              "linear with " + activation,
              false,
              (ops, x) -> ops.linear(x[0], x[1], x[2], activation, 0),
              dims(2, 3, 5),
              dims(4, 5),
              dims(4)));
    }
    cases.addAll(
        List.of(
            of("add", false, (ops, x) -> ops.add(x[0], x[1]), dims(3, 4), dims(4)),
            of("subtract", false, (ops, x) -> ops.subtract(x[0], x[1]), dims(3, 1), dims(2, 3, 4)),
            of("multiply", false, (ops, x) -> ops.multiply(x[0], x[1]), dims(3, 1), dims(4)),
            of("divide", true, (ops, x) -> ops.divide(x[0], x[1]), dims(3, 4), dims(4)),
            of(
                "divide what is added too",
                true,
                (ops, x) -> ops.add(x[0], ops.divide(x[0], x[1])),
                dims(3, 4),
                dims(4)),
            of("maximum", false, (ops, x) -> ops.maximum(x[0], x[1]), dims(3, 4), dims(4)),
            of("minimum", false, (ops, x) -> ops.minimum(x[0], x[1]), dims(3, 4), dims(4)),
            of("clamp", false, (ops, x) -> ops.clamp(x[0], -0.5, 0.5), dims(3, 4)),
            of("scale and shift", false, (ops, x) -> ops.shift(ops.scale(x[0], 3), 1), dims(5)),
            of(
                "select",
                false,
                (ops, x) -> ops.select(ops.less(x[0], x[1]), x[0], x[1]),
                dims(3, 4),
                dims(4)),
            of(
                "reshape",
                false,
                (ops, x) -> ops.reshape(ops.transpose(x[0], 0, 1), 12),
                dims(3, 4)),
            of("permute", false, (ops, x) -> ops.permute(x[0], 2, 0, 1), dims(2, 3, 4)),
            of("slice", false, (ops, x) -> ops.slice(x[0], 1, 1, 3), dims(2, 4)),
            of(
                "split",
                false,
                (ops, x) -> {
                  List<Variable> parts = ops.split(x[0], 1, 1, 3);
                  return ops.multiply(parts.get(0), parts.get(1));
                },
                dims(2, 4)),
            of(
                "split with a part unused",
                false,
                (ops, x) -> ops.split(x[0], 1, 1, 3).get(1),
                dims(2, 4)),
            of(
                "split twice",
                false,
                (ops, x) ->
                    ops.multiply(ops.split(x[0], 1, 1, 3).get(1), ops.split(x[0], 1, 3, 1).get(0)),
                dims(2, 4)),
            of(
                "split of a part",
                false,
                (ops, x) -> {
                  Variable part = ops.slice(x[0], 1, 1, 4);
                  return ops.multiply(
                      ops.split(part, 1, 1, 2).get(1), ops.split(part, 1, 2, 1).get(0));
                },
                dims(2, 5)),
            of(
                "split heads",
                false,
                (ops, x) -> {
                  List<Variable> parts = ops.splitHeads(x[0], 2, 3, 1);
                  return ops.multiply(parts.get(0), parts.get(1));
                },
                dims(2, 3, 8)),
            of("broadcast", false, (ops, x) -> ops.broadcastTo(x[0], Shape.of(2, 3)), dims(3)),
            of(
                "concatenate",
                false,
                (ops, x) -> ops.concatenate(1, x[0], x[1], x[0]),
                dims(2, 3),
                dims(2, 1)),
            of("sum", false, (ops, x) -> ops.sum(x[0], 1), dims(2, 3, 4)),
            of("mean of all", false, (ops, x) -> ops.meanAll(x[0]), dims(2, 3)),
            of("max", false, (ops, x) -> ops.max(x[0], 0), dims(4, 3)),
            of("cumulative sum", false, (ops, x) -> ops.cumulativeSum(x[0], 1, false), dims(2, 5)),
            of("reversed sum", false, (ops, x) -> ops.cumulativeSum(x[0], 0, true), dims(5, 2)),
            of("matmul", false, (ops, x) -> ops.matmul(x[0], x[1]), dims(2, 3, 4), dims(2, 4, 5)),
            of(
                "matmul with broadcast",
                false,
                (ops, x) -> ops.matmul(x[0], ops.transpose(x[1], 0, 1)),
                dims(2, 3, 4),
                dims(5, 4)),
            of(
                "gather",
                false,
                (ops, x) -> ops.gatherRows(x[0], ops.indices(new int[] {2, 0, 2}, 3)),
                dims(3, 4)),
            of("softmax", false, (ops, x) -> ops.softmax(x[0]), dims(2, 3, 6)),
            of(
                "softmax of a transpose",
                false,
                (ops, x) -> ops.softmax(ops.transpose(x[0], 0, 1)),
                dims(4, 3)),
            of(
                "layer norm",
                false,
                (ops, x) -> ops.layerNorm(x[0], x[1], x[2], 1e-5),
                dims(2, 3, 6),
                dims(6),
                dims(6)),
            of("dropout", false, (ops, x) -> ops.dropout(x[0], 0.3), dims(4, 5)),
            of(
                "cross-entropy",
                false,
                (ops, x) -> ops.crossEntropy(x[0], ops.indices(new int[] {1, -1, 3}, 3), 0.1),
                dims(3, 4)),
            of(
                "mixture of logistics",
                false,
                (ops, x) -> ops.logisticMixture(x[0], ops.constant(new float[] {-1, 0.2f, 1}, 3)),
                dims(3, 6)),
            of(
                "causal softmax attention",
                false,
                (ops, x) -> ops.softmaxAttention(x[0], x[1], x[2], new int[] {5, 3}, true, 0.5),
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 3)),
            of(
                "full linear attention",
                false,
                (ops, x) ->
                    ops.attention(
                        spec(new UpdateRule.Additive(), false), x[0], x[1], x[2], new int[] {5, 3}),
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 3)),
            of(
                "causal momentum attention with states",
                false,
                GradientRulesTest::momentumWithStates,
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 4),
                dims(2, 5, 2, 3),
                dims(2, 2, 4, 3),
                dims(2, 2, 4, 3),
                dims(2, 2, 4))));
    return cases;
  }

  private static Variable momentumWithStates(Ops ops, Variable[] x) {
    Attended attended =
        ops.attend(
            spec(new UpdateRule.Momentum(0.6, 0.9), true),
            x[0],
            x[1],
            x[2],
            null,
            new CarriedState(x[3], x[4], ops.unary(UnaryOp.EXPONENTIAL, x[5])));
    CarriedState last = attended.state();
    return ops.concatenate(
        0,
        ops.reshape(attended.out(), 60),
        ops.reshape(last.memory(), 48),
        ops.reshape(requireNonNull(last.momentum()), 48),
        ops.reshape(requireNonNull(last.keySum()), 16));
  }

  private static AttentionSpec spec(UpdateRule rule, boolean causal) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(1e-6),
        rule,
        causal,
        Padding.DECAY,
        new Schedule.Chunked(2));
  }

  private void check(Case c, Engine engine) {
    Random random = new Random(11);
    float[][] values = new float[c.shapes().size()][];
    for (int input = 0; input < values.length; input++) {
      values[input] = values(Shape.of(c.shapes().get(input)), input, random, c.positive());
    }
    try (Scope scope = backend.openScope("test")) {
      Ops ops = Ops.training(engine, scope, new Tape(), new Random(1));
      Variable[] inputs = parameters(ops, c, values);
      Gradients gradients = ops.backward(loss(ops, c, inputs));
      for (int input = 0; input < inputs.length; input++) {
        float[] gradient =
            ops.toFloats(ops.contiguous(Variable.constant(gradients.require(inputs[input]))));
        double[] expected = differences(engine, c, values, input);
        double scale = 1 + Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) gradient[i])
              .as("gradient of input %d, element %d", input, i)
              .isCloseTo(expected[i], within(TOLERANCE * scale));
        }
      }
    }
  }

  private double[] differences(Engine engine, Case c, float[][] values, int input) {
    double[] result = new double[values[input].length];
    for (int i = 0; i < result.length; i++) {
      float original = values[input][i];
      double[] losses = new double[2];
      for (int side = 0; side < 2; side++) {
        values[input][i] = (float) (original + (side == 0 ? STEP : -STEP));
        try (Scope scope = backend.openScope("difference")) {
          Ops ops = Ops.training(engine, scope, new Tape(), new Random(1));
          losses[side] = ops.toScalar(loss(ops, c, parameters(ops, c, values)));
        }
      }
      values[input][i] = original;
      result[i] = (losses[0] - losses[1]) / (2 * STEP);
    }
    return result;
  }

  private static Variable loss(Ops ops, Case c, Variable[] inputs) {
    Variable out = c.function().apply(ops, inputs);
    float[] weights = values(out.shape(), 0, new Random(5), false);
    return ops.sumAll(ops.multiply(out, ops.constant(weights, out.shape().dims())));
  }

  private static Variable[] parameters(Ops ops, Case c, float[][] values) {
    Variable[] inputs = new Variable[values.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Variable.parameter(ops.constant(values[i], c.shapes().get(i)).tensor());
    }
    return inputs;
  }

  /** Distinct within a dozen neighbours, between inputs and from ±1/2: kinks lie beyond a step. */
  private static float[] values(Shape shape, int input, Random random, boolean positive) {
    List<Integer> dozen = new ArrayList<>(IntStream.range(0, 12).boxed().toList());
    Collections.shuffle(dozen, random);
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      float magnitude = (1 + dozen.get(i % 12)) / 8f + input / 16f + 1 / 32f;
      values[i] = positive ? magnitude + 0.5f : random.nextBoolean() ? magnitude : -magnitude;
    }
    return values;
  }

  private static Case of(String name, boolean positive, Function function, int[]... shapes) {
    return new Case(name, function, positive, List.of(shapes));
  }

  private static int[] dims(int... dims) {
    return dims;
  }
}
