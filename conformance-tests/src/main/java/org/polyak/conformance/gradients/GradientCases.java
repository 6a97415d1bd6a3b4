package org.polyak.conformance.gradients;

import static org.polyak.conformance.gradients.DirectionalTrial.normal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.gradients.DirectionalTrial.Products;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.CrossEntropy;
import org.polyak.conformance.oracle.Embeddings;
import org.polyak.conformance.oracle.Linear;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.conformance.oracle.LinearAttention;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.LogisticMixture;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumRecurrence;
import org.polyak.conformance.oracle.Normalisation;
import org.polyak.conformance.oracle.Normalisation.Kind;
import org.polyak.conformance.oracle.QkvGradients;
import org.polyak.conformance.oracle.Softmax;
import org.polyak.conformance.oracle.SoftmaxAttention;
import org.polyak.conformance.oracle.SpecialFunctions;
import org.polyak.conformance.oracle.Visibility;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Attended;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Gradients of operations and of small compositions. */
public final class GradientCases {
  private static final LinearKernel KERNEL = LinearKernel.normalised(1e-6);
  private static final int @Nullable [] UNPADDED = null;

  private GradientCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "GRAD",
            Chapter.GRADIENTS,
            new Definition(
                "Σ gradient · d = lim (F(x + hd) − F(x − hd))/2h",
                "central differences of the oracle"));
    products(family);
    reductions(family);
    layers(family);
    attention(family);
    family.add(
        "softmax of rows",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 5, 11)),
                in -> List.of(Softmax.forward(in.getFirst())),
                (ops, in) -> List.of(ops.softmax(in.getFirst()))));
    return List.of(family);
  }

  private static void products(Family family) {
    family.add(
        "product of matrices",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 3, 7, 5), normal(s, 3, 5, 9)),
                in -> List.of(LinearAlgebra.matmul(in.get(0), in.get(1))),
                (ops, in) -> List.of(ops.matmul(in.get(0), in.get(1))),
                new Products(1, (in, d) -> ofProduct(in.get(0), in.get(1), d.getFirst()))));
    family.add(
        "product of transposes",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 5, 7), normal(s, 9, 5)),
                in -> List.of(LinearAlgebra.transpose(LinearAlgebra.matmul(in.get(1), in.get(0)))),
                (ops, in) ->
                    List.of(
                        ops.matmul(ops.transpose(in.get(0), 0, 1), ops.transpose(in.get(1), 0, 1))),
                new Products(
                    1,
                    (in, d) ->
                        ofProduct(in.get(1), in.get(0), LinearAlgebra.transpose(d.getFirst()))
                            .reversed())));
    family.add(
        "element-wise chain with a shared argument",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 4, 33), normal(s, 4, 33)),
                in ->
                    List.of(
                        in.get(0)
                            .zip(in.get(1), (a, b) -> Math.tanh(a) * SpecialFunctions.sigmoid(b))
                            .zip(in.get(0), (y, a) -> y / (1 + a * a))),
                (ops, in) ->
                    List.of(
                        ops.divide(
                            ops.multiply(
                                ops.unary(UnaryOp.TANH, in.get(0)),
                                ops.unary(UnaryOp.SIGMOID, in.get(1))),
                            ops.shift(ops.unary(UnaryOp.SQUARE, in.get(0)), 1)))));
    family.add(
        "axes permuted, cut and joined",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 3, 4, 5)),
                in -> {
                  Array turned = in.getFirst().transpose(2, 0, 1);
                  return List.of(
                      turned.slice(0, 1, 4).reshape(9, 4).map(Math::exp), turned.slice(1, 0, 2));
                },
                (ops, in) -> {
                  Variable turned = ops.permute(in.getFirst(), 2, 0, 1);
                  Variable joined =
                      ops.concatenate(0, ops.slice(turned, 0, 1, 2), ops.slice(turned, 0, 2, 4));
                  return List.of(
                      ops.unary(UnaryOp.EXPONENTIAL, ops.reshape(joined, 9, 4)),
                      ops.slice(turned, 1, 0, 2));
                }));
  }

  private static void reductions(Family family) {
    for (int axis : new int[] {0, 1, 2}) {
      family.add(
          "sums and maxima of axis " + axis,
          (c, s) ->
              DirectionalTrial.run(
                  c,
                  s,
                  List.of(normal(s, 3, 4, 5)),
                  in ->
                      List.of(
                          LinearAlgebra.sum(in.getFirst(), axis),
                          LinearAlgebra.maximum(in.getFirst(), axis)),
                  (ops, in) ->
                      List.of(ops.sum(in.getFirst(), axis), ops.max(in.getFirst(), axis))));
    }
    for (boolean reversed : new boolean[] {false, true}) {
      family.add(
          reversed ? "running sums backwards" : "running sums forwards",
          (c, s) ->
              DirectionalTrial.run(
                  c,
                  s,
                  List.of(normal(s, 3, 17, 2)),
                  in ->
                      List.of(LinearAlgebra.runningSum(in.getFirst(), 1, reversed).map(y -> y * y)),
                  (ops, in) ->
                      List.of(
                          ops.unary(
                              UnaryOp.SQUARE, ops.cumulativeSum(in.getFirst(), 1, reversed)))));
    }
    int[] tokens = {3, 0, 3, 5, 1, 3, 0};
    family.add(
        "rows of a table, some more than once",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 6, 9)),
                in -> List.of(Embeddings.lookUp(in.getFirst(), tokens)),
                (ops, in) ->
                    List.of(ops.gatherRows(in.getFirst(), ops.indices(tokens, tokens.length)))));
  }

  private static void layers(Family family) {
    for (Activation activation : List.of(Activation.IDENTITY, Activation.GELU, Activation.SILU)) {
      var oracle = org.polyak.conformance.oracle.Activation.valueOf(activation.name());
      family.add(
          "linear layer with " + activation,
          (c, s) ->
              DirectionalTrial.run(
                  c,
                  s,
                  List.of(normal(s, 6, 11), normal(s, 7, 11), normal(s, 7)),
                  in -> List.of(oracle.forward(Linear.forward(in.get(0), in.get(1), in.get(2)))),
                  (ops, in) -> List.of(ops.linear(in.get(0), in.get(1), in.get(2), activation, 0)),
                  new Products(2, GradientCases::ofLinearLayer)));
    }
    family.add(
        "layer normalisation",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 5, 33), normal(s, 33), normal(s, 33)),
                in ->
                    List.of(
                        Normalisation.forward(Kind.LAYER, in.get(0), in.get(1), in.get(2), 1e-5)),
                (ops, in) -> List.of(ops.layerNorm(in.get(0), in.get(1), in.get(2), 1e-5))));
    int[] targets = {3, -1, 0, 10, 5};
    family.add(
        "cross-entropy",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(normal(s, 5, 11)),
                in -> List.of(CrossEntropy.forward(in.getFirst(), targets, 0.1)),
                (ops, in) ->
                    List.of(ops.crossEntropy(in.getFirst(), ops.indices(targets, 5), 0.1))));
    float[] bytes = {
      -1, 1, (float) LogisticMixture.centred(100), (float) LogisticMixture.centred(200)
    };
    double[] exact = {-1, 1, bytes[2], bytes[3]};
    family.add(
        "mixture of logistics",
        (c, s) ->
            DirectionalTrial.run(
                c,
                s,
                List.of(sharpMixtures(s)),
                in -> List.of(LogisticMixture.forward(in.getFirst(), exact)),
                (ops, in) -> List.of(ops.logisticMixture(in.getFirst(), ops.constant(bytes, 4)))));
  }

  private static void attention(Family family) {
    for (boolean causal : new boolean[] {false, true}) {
      String direction = causal ? "causal " : "full ";
      Visibility visibility = causal ? Visibility.causal() : Visibility.full();
      family.add(
          direction + "softmax attention",
          (c, s) ->
              DirectionalTrial.run(
                  c,
                  s,
                  heads(s),
                  in -> List.of(SoftmaxAttention.forward(inputs(in, visibility), 0.4)),
                  (ops, in) ->
                      List.of(
                          ops.softmaxAttention(
                              in.get(0), in.get(1), in.get(2), UNPADDED, causal, 0.4)),
                  new Products(
                      4,
                      (in, d) ->
                          list(
                              SoftmaxAttention.backwardMagnitude(
                                  inputs(in, visibility),
                                  0.4,
                                  2 * c.precision().factorRoundOff(),
                                  d.getFirst())))));
      AttentionSpec spec = spec(new UpdateRule.Additive(), causal);
      family.add(
          direction + "linear attention",
          (c, s) ->
              DirectionalTrial.run(
                  c,
                  s,
                  heads(s),
                  in -> List.of(LinearAttention.forward(inputs(in, visibility), KERNEL)),
                  (ops, in) ->
                      List.of(ops.attention(spec, in.get(0), in.get(1), in.get(2), UNPADDED)),
                  new Products(
                      5,
                      (in, d) ->
                          list(
                              LinearAttention.backwardMagnitude(
                                  inputs(in, visibility), KERNEL, d.getFirst())))));
    }
    for (float beta : new float[] {0, 0.6f, 0.99f}) {
      family.add("momentum attention with states, β = " + beta, (c, s) -> momentum(c, s, beta));
    }
  }

  private static void momentum(CaseContext c, Samples s, float beta) {
    AttentionSpec spec = spec(new UpdateRule.Momentum(beta, 0.75), true);
    List<Array> arguments = new ArrayList<>(heads(s));
    arguments.add(normal(s, 2, 2, 5, 4));
    arguments.add(normal(s, 2, 2, 5, 4));
    arguments.add(normal(s, 2, 2, 5).abs());
    DirectionalTrial.run(
        c,
        s,
        arguments,
        in -> {
          MomentumRecurrence.Run run =
              MomentumRecurrence.forward(
                  inputs(in, Visibility.causal()),
                  KERNEL,
                  new Momentum(beta, 0.75),
                  org.polyak.conformance.oracle.Padding.DECAY,
                  new MomentumRecurrence.State(in.get(4), in.get(3), in.get(5)));
          return List.of(run.out(), run.state().s(), run.state().m(), run.state().z());
        },
        (ops, in) -> {
          CarriedState initial = new CarriedState(in.get(3), in.get(4), in.get(5));
          Attended attended = ops.attend(spec, in.get(0), in.get(1), in.get(2), UNPADDED, initial);
          Variable last = Objects.requireNonNull(attended.state().momentum(), "no momentum");
          Variable keySum = Objects.requireNonNull(attended.state().keySum(), "no key sum");
          return List.of(attended.out(), attended.state().memory(), last, keySum);
        },
        new Products(
            5,
            (in, d) -> {
              MomentumRecurrence.Gradients sizes =
                  MomentumRecurrence.backwardMagnitude(
                      inputs(in, Visibility.causal()),
                      KERNEL,
                      new Momentum(beta, 0.75),
                      org.polyak.conformance.oracle.Padding.DECAY,
                      new MomentumRecurrence.State(in.get(4), in.get(3), in.get(5)),
                      d.get(0),
                      new MomentumRecurrence.State(d.get(2), d.get(1), d.get(3)));
              List<Array> all = new ArrayList<>(list(sizes.inputs()));
              all.addAll(List.of(sizes.initial().s(), sizes.initial().m(), sizes.initial().z()));
              return all;
            }));
  }

  private static List<Array> list(QkvGradients gradients) {
    return List.of(gradients.queries(), gradients.keys(), gradients.values());
  }

  /** |dy| |b|ᵀ and |a|ᵀ |dy|. */
  private static List<Array> ofProduct(Array a, Array b, Array outGradient) {
    Array dy = outGradient.abs();
    return List.of(
        LinearAlgebra.matmul(dy, LinearAlgebra.transpose(b.abs())),
        LinearAlgebra.matmul(LinearAlgebra.transpose(a.abs()), dy));
  }

  /**
   * The error of the product z moves f′(z) by at most |f″| times as much. For the activations tried
   * |f′| ≤ 1.13 and |f″| ≤ 0.8: both largest for GELU, f″(0) = √(2/π).
   */
  private static List<Array> ofLinearLayer(List<Array> in, List<Array> cotangents) {
    Array z = Linear.forwardMagnitude(in.get(0), in.get(1), in.get(2));
    Array dz = z.map(size -> 1.13 + 0.8 * size).times(cotangents.getFirst().abs());
    Linear.Gradients gradients = Linear.backward(in.get(0).abs(), in.get(1).abs(), dz);
    return List.of(gradients.x(), gradients.weight(), gradients.bias());
  }

  /** Three components per row, about as narrow as a byte's bin, so that nothing cancels. */
  private static Array sharpMixtures(Samples s) {
    Array parameters = normal(s, 4, 9);
    for (int row = 0; row < 4; row++) {
      for (int k = 3; k < 9; k++) {
        double shift = k < 6 ? 0 : -4;
        parameters.set((float) (shift + 0.3 * parameters.get(row, k)), row, k);
      }
    }
    return parameters;
  }

  private static List<Array> heads(Samples s) {
    return List.of(normal(s, 2, 23, 2, 5), normal(s, 2, 23, 2, 5), normal(s, 2, 23, 2, 4));
  }

  private static AttentionInputs inputs(List<Array> in, Visibility visibility) {
    return new AttentionInputs(in.get(0), in.get(1), in.get(2), visibility);
  }

  private static AttentionSpec spec(UpdateRule rule, boolean causal) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(1e-6),
        rule,
        causal,
        Padding.DECAY,
        new Schedule.Chunked(7));
  }
}
