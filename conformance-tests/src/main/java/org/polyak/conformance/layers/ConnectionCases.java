package org.polyak.conformance.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.AdaptiveMomentum;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Residual;
import org.polyak.conformance.oracle.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AdaptiveCoefficient.Norm;
import org.polyak.nn.layers.AdaptiveCoefficient.Order;
import org.polyak.nn.layers.Connection;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.ConnectionConfig.Reference;
import org.polyak.nn.layers.ConnectionState;
import org.polyak.nn.ops.Ops;

/** Residual connections from layer to layer, around attention outputs that are given. */
public final class ConnectionCases {
  private static final int BATCH = 2;
  private static final int TOKENS = 5;
  private static final int WIDTH = 8;
  private static final int LAYERS = 4;

  /** As float32 holds them, or nearly: a constant counts a rounding. */
  private static final List<ConnectionConfig> FIXED =
      List.of(
          new ConnectionConfig.Plain(),
          new ConnectionConfig.HeavyBall(0.4),
          new ConnectionConfig.Velocity(0.6, 0.8));

  private static final AdaptiveCoefficient PRINTED =
      new AdaptiveCoefficient(1e-3, Order.PROJECT_THEN_SQUARE, Norm.TOKEN, false);

  private static final List<AdaptiveCoefficient> COEFFICIENTS =
      List.of(
          AdaptiveCoefficient.RELEASED,
          PRINTED,
          new AdaptiveCoefficient(1e-4, Order.SQUARE_THEN_PROJECT, Norm.SAMPLE, false),
          new AdaptiveCoefficient(1e-4, Order.SQUARE_THEN_PROJECT, Norm.TOKEN, true));

  /** Attention outputs of the layers. */
  @FunctionalInterface
  private interface Outputs {
    List<Array> draw(Samples s);
  }

  private ConnectionCases() {}

  /** The families. */
  public static List<Family> families() {
    Family fixed =
        new Family(
            "LAYER-JOIN",
            Chapter.LAYERS,
            new Definition(
                "x′ = x + a; x′ = x + a + β(x − x₋); or v′ = μv − a, x′ = x − s v′",
                "Momentum Transformer, eq. 15, and its released code"));
    Family adaptive =
        new Family(
            "LAYER-ADAPTIVE",
            Chapter.LAYERS,
            new Definition(
                "μ or β = projection of (1 − √r)² to [0, 1−δ], r = |a − a₋| / |v| or / |a₋|",
                "Momentum Transformer, eq. 17 and 18"));
    for (ConnectionConfig config : FIXED) {
      add(fixed, config);
    }
    for (AdaptiveCoefficient coefficient : COEFFICIENTS) {
      for (ConnectionConfig config : adaptive(coefficient)) {
        add(adaptive, config);
      }
    }
    for (Order order : Order.values()) {
      AdaptiveCoefficient coefficient = new AdaptiveCoefficient(1e-3, order, Norm.TOKEN, false);
      for (ConnectionConfig config : adaptive(coefficient)) {
        String how = ", %s, %s".formatted(kind(config), order);
        for (double ratio : new double[] {1e-6, 0.25, 0.999, 1.21, 3.9, 4.1, 9, 1e6}) {
          adaptive.add(
              "r = %s between the first layers%s".formatted(ratio, how),
              (c, s) -> run(c, s, config, samples -> scaledOutputs(samples, ratio)));
        }
        adaptive.add(
            "equal outputs: r = 0" + how,
            (c, s) -> run(c, s, config, samples -> scaledOutputs(samples, 0)));
        adaptive.add(
            "first outputs of some tokens are 0: r = ∞" + how,
            (c, s) -> run(c, s, config, ConnectionCases::outputsThatStartAtZero));
      }
    }
    adaptive.add(
        "the first layer's coefficient has no effect", ConnectionCases::firstCoefficientIsIdle);
    adaptive.add(
        "in the second layer eq. 17 is eq. 18, in the third it is not",
        ConnectionCases::secondLayerIsEquation18);
    adaptive.add("the order of square and projection", ConnectionCases::orders);
    return List.of(fixed, adaptive);
  }

  private static List<ConnectionConfig> adaptive(AdaptiveCoefficient coefficient) {
    return List.of(
        new ConnectionConfig.AdaptiveVelocity(0.9, Reference.VELOCITY, coefficient),
        new ConnectionConfig.AdaptiveVelocity(0.9, Reference.PREVIOUS, coefficient),
        new ConnectionConfig.AdaptiveHeavyBall(coefficient));
  }

  private static String kind(ConnectionConfig config) {
    return switch (config) {
      case ConnectionConfig.Plain plain -> "plain";
      case ConnectionConfig.HeavyBall heavyBall -> "heavy ball";
      case ConnectionConfig.Velocity velocity -> "velocity";
      case ConnectionConfig.AdaptiveVelocity a -> "adaptive velocity by " + a.reference();
      case ConnectionConfig.AdaptiveHeavyBall a -> "adaptive heavy ball";
    };
  }

  private static void add(Family family, ConnectionConfig config) {
    for (double scale : new double[] {1, 1e12, 1e-12}) {
      String title = config + (scale == 1 ? "" : ", magnitudes about " + scale);
      family.add(
          title, (c, s) -> run(c, s, config, samples -> normalOutputs(samples, LAYERS, scale)));
    }
  }

  private static void run(CaseContext c, Samples s, ConnectionConfig config, Outputs outputs) {
    List<Array> inputs = new ArrayList<>(outputs.draw(s));
    double scale = inputs.getLast().maxAbs();
    inputs.addFirst(normal(s).map(v -> (float) (scale * v)));
    Array cotangent = normal(s);

    ErrorTape tape = new ErrorTape(c.precision());
    List<Scalars> scalars = inputs.stream().map(input -> Scalars.of(tape, input)).toList();
    ConnectionAnalysis analysis = new ConnectionAnalysis(tape, config);
    Scalars last = scalars.getFirst();
    for (Scalars attention : scalars.subList(1, scalars.size())) {
      last = analysis.join(last, attention);
    }
    tape.backward(last.elements(), cotangent.data());

    Tape oracle = new Tape();
    List<Tape.Variable> variables = inputs.stream().map(oracle::variable).toList();
    Tape.Variable out = chain(oracle, OracleConfig.residual(config), variables);
    oracle.backward(out, cotangent);

    Differentiated found =
        Differentiated.of(
            c, inputs, List.of(cotangent), (ops, in) -> List.of(chain(ops, config, in)));
    c.expect("x after the last layer", found.result(), last.expected(out.value()));
    for (int i = 0; i < inputs.size(); i++) {
      c.expect(
          i == 0 ? "gradient of x" : "gradient of the attention output of layer " + i,
          found.gradients().get(i),
          scalars.get(i).expectedGradient(variables.get(i).gradient()));
    }
  }

  private static Tape.Variable chain(Tape tape, Residual residual, List<Tape.Variable> inputs) {
    Tape.Variable x = inputs.getFirst();
    Residual.Carry carry = Residual.Carry.initial(tape, x.value());
    for (Tape.Variable attention : inputs.subList(1, inputs.size())) {
      Residual.Joined joined = residual.join(tape, x, attention, carry);
      x = joined.iterate();
      carry = joined.carry();
    }
    return x;
  }

  private static Variable chain(Ops ops, ConnectionConfig config, List<Variable> inputs) {
    Variable x = inputs.getFirst();
    ConnectionState state = ConnectionState.START;
    for (Variable attention : inputs.subList(1, inputs.size())) {
      Connection.Joined joined = Connection.join(ops, config, x, attention, state);
      x = joined.out();
      state = joined.state();
    }
    return x;
  }

  private static void firstCoefficientIsIdle(CaseContext c, Samples s) {
    List<Array> inputs = List.of(normal(s), normal(s));
    Array sum = inputs.getFirst().plus(inputs.getLast().map(a -> (float) a * 0.9));
    Array magnitude = inputs.getFirst().abs().plus(inputs.getLast().abs());
    Array plain = inputs.getFirst().plus(inputs.getLast());
    for (AdaptiveCoefficient coefficient : COEFFICIENTS) {
      for (ConnectionConfig config : adaptive(coefficient)) {
        boolean velocity = config instanceof ConnectionConfig.AdaptiveVelocity;
        c.expect(
            "x′ of " + kind(config),
            joined(c, config, inputs),
            new Expected(velocity ? sum : plain, magnitude, 3));
      }
    }
  }

  private static void secondLayerIsEquation18(CaseContext c, Samples s) {
    List<Array> inputs = new ArrayList<>(normalOutputs(s, 3, 1));
    inputs.addFirst(normal(s));
    ConnectionConfig eq17 = adaptive(AdaptiveCoefficient.RELEASED).get(0);
    ConnectionConfig eq18 = adaptive(AdaptiveCoefficient.RELEASED).get(1);
    List<Array> two = inputs.subList(0, 3);
    c.expect(
        "x after two layers, eq. 17 against eq. 18",
        joined(c, eq17, two),
        twice(c, eq18, two, joined(c, eq18, two)));
    float[] third = joined(c, eq17, inputs);
    Expected same = twice(c, eq18, inputs, joined(c, eq18, inputs));
    double apart = Samples.array(third, shape()).minus(same.values()).norm();
    double bound = 0;
    for (int i = 0; i < third.length; i++) {
      bound = Math.hypot(bound, c.errors().bound(same, i));
    }
    c.check(apart > bound, "after three layers eq. 17 and eq. 18 differ only by " + apart);
  }

  /** Two results, each within its bound, are within twice that of each other. */
  private static Expected twice(
      CaseContext c, ConnectionConfig config, List<Array> inputs, float[] other) {
    ErrorTape tape = new ErrorTape(c.precision());
    ConnectionAnalysis analysis = new ConnectionAnalysis(tape, config);
    Scalars last = Scalars.of(tape, inputs.getFirst());
    for (Array attention : inputs.subList(1, inputs.size())) {
      last = analysis.join(last, Scalars.of(tape, attention));
    }
    Expected once = last.expected(Samples.array(other, shape()));
    return new Expected(once.values(), once.magnitudes().times(2), once.roundings());
  }

  /** r = 1/4, 2, 4 and 9, over norms that float32 holds. */
  private static void orders(CaseContext c, Samples s) {
    for (double root : new double[] {0.5, Math.sqrt(2), 2, 3}) {
      for (Order order : Order.values()) {
        AdaptiveCoefficient coefficient = new AdaptiveCoefficient(1e-3, order, Norm.TOKEN, false);
        Ops ops = Ops.inference(c.engine(), c.scope());
        Variable change = ops.filled(root * root, 1, 1, 16);
        Variable reference = ops.filled(1, 1, 1, 16);
        double ratio = (float) (root * root);
        double want = AdaptiveMomentum.coefficient(ratio, 1e-3, OracleConfig.order(order));
        // Norms, their quotient and its root: 20 roundings of √r; then a difference and a square.
        double size = Math.pow(1 + root, 2);
        c.expect(
            "r = %.3g, %s".formatted(ratio, order),
            ops.toFloats(coefficient.of(ops, change, reference)),
            new Expected(Array.filled(want, 1, 1, 1), Array.filled(size, 1, 1, 1), 25));
      }
    }
  }

  private static float[] joined(CaseContext c, ConnectionConfig config, List<Array> inputs) {
    Ops ops = Ops.inference(c.engine(), c.scope());
    Function<Array, Variable> constant = a -> ops.constant(Samples.floats(a), a.shape());
    return ops.toFloats(chain(ops, config, inputs.stream().map(constant).toList()));
  }

  private static List<Array> normalOutputs(Samples s, int layers, double scale) {
    List<Array> outputs = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      outputs.add(normal(s).map(v -> (float) (scale * v)));
    }
    return outputs;
  }

  /** The second output is 1 + r times the first; two more follow. */
  private static List<Array> scaledOutputs(Samples s, double ratio) {
    Array first = normal(s);
    return List.of(first, first.map(v -> (float) (v * (1 + ratio))), normal(s), normal(s));
  }

  /** The first tokens of a sequence are zero in the first layer, all later ones are not. */
  private static List<Array> outputsThatStartAtZero(Samples s) {
    List<Array> outputs = new ArrayList<>(normalOutputs(s, LAYERS, 1));
    for (int i = 0; i < 2 * WIDTH; i++) {
      outputs.getFirst().data()[i] = 0;
    }
    return outputs;
  }

  private static Array normal(Samples s) {
    return Samples.array(s.normal(BATCH * TOKENS * WIDTH, 1), shape());
  }

  private static int[] shape() {
    return new int[] {BATCH, TOKENS, WIDTH};
  }
}
