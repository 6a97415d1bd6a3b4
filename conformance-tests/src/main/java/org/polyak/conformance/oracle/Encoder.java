package org.polyak.conformance.oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.polyak.conformance.oracle.Tape.Variable;

/**
 * A stack of transformer blocks on {@code [B, N, E]}. Post-norm (the copy and image models): x ←
 * norm1(x joined with Attention(x)); x ← norm2(x + FFN(x)). Pre-norm (the Long Range Arena models):
 * x joined with Attention(norm1 x); x ← x + FFN(norm2 x). FFN(x) = W₂ f(W₁ x + b₁) + b₂; attention
 * has query, key, value and output projections with bias.
 *
 * <p>Weights are looked up by name, Linear weights as {@code [out, in]}: {@code
 * layers.<i>.attention.{query,key,value,out}_projection}, {@code layers.<i>.{linear1,linear2}},
 * {@code layers.<i>.{norm1,norm2}} and, with a final normalisation, {@code norm}; each with {@code
 * .weight} and {@code .bias}.
 */
public final class Encoder {
  private final Shape shape;
  private final Tape tape = new Tape();
  private final Map<String, Variable> weights = new LinkedHashMap<>();
  private final Visibility visibility;

  private Encoder(Shape shape, Map<String, Array> weights, Visibility visibility) {
    this.shape = shape;
    this.visibility = visibility;
    weights.forEach((name, value) -> this.weights.put(name, tape.variable(value)));
  }

  /** Where a block normalises. */
  public enum NormPosition {
    /** After each residual connection. */
    POST,
    /** Before each sublayer. */
    PRE
  }

  /**
   * What the blocks are made of.
   *
   * @param layers number of blocks
   * @param heads attention heads
   * @param normPosition where a block normalises
   * @param attention the attention
   * @param activation f
   * @param residual how attention joins the residual stream
   * @param finalNorm whether a layer normalisation follows the last block
   * @param normEpsilon ε of every layer normalisation
   */
  public record Shape(
      int layers,
      int heads,
      NormPosition normPosition,
      AttentionFunction attention,
      Activation activation,
      Residual residual,
      boolean finalNorm,
      double normEpsilon) {}

  /**
   * Output and gradients.
   *
   * @param out {@code [B, N, E]}
   * @param x gradient for the input
   * @param weights gradients by name
   */
  public record Gradients(Array out, Array x, Map<String, Array> weights) {}

  /** The output {@code [B, N, E]}. */
  public static Array forward(
      Shape shape, Map<String, Array> weights, Array x, Visibility visibility) {
    Encoder encoder = new Encoder(shape, weights, visibility);
    return encoder.run(encoder.tape.variable(x)).value();
  }

  /** Gradients of {@code Σ outGradient · out}. */
  public static Gradients backward(
      Shape shape, Map<String, Array> weights, Array x, Visibility visibility, Array outGradient) {
    return backward(shape, weights, x, visibility, out -> outGradient);
  }

  /** The same where the gradient for the output depends on the output, as that of a loss does. */
  public static Gradients backward(
      Shape shape,
      Map<String, Array> weights,
      Array x,
      Visibility visibility,
      UnaryOperator<Array> outGradient) {
    Encoder encoder = new Encoder(shape, weights, visibility);
    Variable input = encoder.tape.variable(x);
    Variable out = encoder.run(input);
    encoder.tape.backward(out, outGradient.apply(out.value()));
    Map<String, Array> gradients = new LinkedHashMap<>();
    encoder.weights.forEach((name, variable) -> gradients.put(name, variable.gradient()));
    return new Gradients(out.value(), input.gradient(), gradients);
  }

  private Variable run(Variable input) {
    Variable x = input;
    Residual.Carry carry = Residual.Carry.initial(tape, x.value());
    for (int i = 0; i < shape.layers(); i++) {
      String layer = "layers." + i + ".";
      boolean pre = shape.normPosition() == NormPosition.PRE;
      Variable a = attention(layer, pre ? norm(layer + "norm1", x) : x);
      Residual.Joined joined = shape.residual().join(tape, x, a, carry);
      carry = joined.carry();
      x = pre ? joined.iterate() : norm(layer + "norm1", joined.iterate());
      Variable f = feedForward(layer, pre ? norm(layer + "norm2", x) : x);
      x = new Residual.Plain().join(tape, x, f, carry).iterate();
      x = pre ? x : norm(layer + "norm2", x);
    }
    return shape.finalNorm() ? norm("norm", x) : x;
  }

  private Variable attention(String layer, Variable x) {
    Variable q = heads(linear(layer + "attention.query_projection", x));
    Variable k = heads(linear(layer + "attention.key_projection", x));
    Variable v = heads(linear(layer + "attention.value_projection", x));
    AttentionInputs inputs = new AttentionInputs(q.value(), k.value(), v.value(), visibility);
    Variable out =
        tape.operation(
            shape.attention().forward(inputs),
            d -> {
              QkvGradients gradients = shape.attention().backward(inputs, d);
              q.accumulate(gradients.queries());
              k.accumulate(gradients.keys());
              v.accumulate(gradients.values());
            });
    int[] extents = out.value().shape();
    Variable joined = reshape(out, extents[0], extents[1], extents[2] * extents[3]);
    return linear(layer + "attention.out_projection", joined);
  }

  private Variable heads(Variable x) {
    int[] extents = x.value().shape();
    return reshape(x, extents[0], extents[1], shape.heads(), extents[2] / shape.heads());
  }

  private Variable reshape(Variable x, int... newShape) {
    return tape.operation(
        x.value().reshape(newShape), d -> x.accumulate(d.reshape(x.value().shape())));
  }

  private Variable feedForward(String layer, Variable x) {
    Variable hidden = linear(layer + "linear1", x);
    Variable active =
        tape.operation(
            shape.activation().forward(hidden.value()),
            d -> hidden.accumulate(shape.activation().backward(hidden.value(), d)));
    return linear(layer + "linear2", active);
  }

  private Variable linear(String name, Variable x) {
    Variable weight = weight(name + ".weight");
    Variable bias = weight(name + ".bias");
    return tape.operation(
        Linear.forward(x.value(), weight.value(), bias.value()),
        d -> {
          Linear.Gradients gradients = Linear.backward(x.value(), weight.value(), d);
          x.accumulate(gradients.x());
          weight.accumulate(gradients.weight());
          bias.accumulate(gradients.bias());
        });
  }

  private Variable norm(String name, Variable x) {
    Normalisation.Kind kind = Normalisation.Kind.LAYER;
    double epsilon = shape.normEpsilon();
    Variable gain = weight(name + ".weight");
    Variable bias = weight(name + ".bias");
    return tape.operation(
        Normalisation.forward(kind, x.value(), gain.value(), bias.value(), epsilon),
        d -> {
          Normalisation.Gradients gradients =
              Normalisation.backward(kind, x.value(), gain.value(), epsilon, d);
          x.accumulate(gradients.x());
          gain.accumulate(gradients.gain());
          bias.accumulate(gradients.bias());
        });
  }

  private Variable weight(String name) {
    Variable found = weights.get(name);
    if (found == null) {
      throw new IllegalArgumentException(
          "No weight '%s' among %s.".formatted(name, weights.keySet()));
    }
    return found;
  }
}
