package org.polyak.conformance.oracle;

import org.jspecify.annotations.Nullable;
import org.polyak.conformance.oracle.AdaptiveMomentum.GradientFlow;
import org.polyak.conformance.oracle.AdaptiveMomentum.Options;
import org.polyak.conformance.oracle.Tape.Variable;

/** How the attention output of each layer joins the residual stream, with what layers hand on. */
public sealed interface Residual {
  /** x + a. */
  record Plain() implements Residual {}

  /**
   * The velocity form of the momentum connection.
   *
   * @param mu μ
   * @param stepSize s
   */
  record Velocity(double mu, double stepSize) implements Residual {}

  /**
   * Eq. 15 as printed; the first layer has no previous iterate and takes the plain step.
   *
   * @param betaTilde β̃
   */
  record Equation15(double betaTilde) implements Residual {}

  /**
   * The velocity form with the adaptive coefficient of eq. 17 for μ: the released code.
   *
   * @param stepSize s
   * @param options of the coefficient
   * @param flow whether gradients flow through it
   */
  record AdaptiveVelocity(double stepSize, Options options, GradientFlow flow)
      implements Residual {}

  /**
   * The velocity form with the coefficient of eq. 18 for μ.
   *
   * @param stepSize s
   * @param options of the coefficient
   * @param flow whether gradients flow through it
   */
  record AdaptiveVelocityOfEquation18(double stepSize, Options options, GradientFlow flow)
      implements Residual {}

  /**
   * Eq. 15 with the coefficient of eq. 18 for β̃: as printed.
   *
   * @param options of the coefficient
   * @param flow whether gradients flow through it
   */
  record AdaptiveEquation15(Options options, GradientFlow flow) implements Residual {}

  /**
   * What a layer hands to the next.
   *
   * @param velocity v, zeros at first
   * @param previousAttention a_{k−1}, ones at first as in the released code: the first coefficient
   *     is without effect and must only be finite
   * @param previousIterate x_{k−1}; null before the first layer
   */
  record Carry(Variable velocity, Variable previousAttention, @Nullable Variable previousIterate) {
    /** Before the first layer, whose input is {@code x}. */
    public static Carry initial(Tape tape, Array x) {
      return new Carry(
          tape.variable(Array.zerosLike(x)),
          tape.variable(Array.zerosLike(x).map(zero -> 1)),
          null);
    }
  }

  /**
   * The residual stream after one attention sublayer.
   *
   * @param iterate x′
   * @param carry for the next layer
   */
  record Joined(Variable iterate, Carry carry) {}

  /** Joins the attention output {@code a} to the iterate {@code x}. */
  default Joined join(Tape tape, Variable x, Variable a, Carry carry) {
    return switch (this) {
      case Plain() -> new Joined(add(tape, x, a), carry);
      case Velocity(double mu, double stepSize) ->
          velocity(tape, x, a, carry, constant(tape, mu, x), stepSize);
      case Equation15(double betaTilde) ->
          equation15(tape, x, a, carry, constant(tape, betaTilde, x));
      case AdaptiveVelocity(double stepSize, Options options, GradientFlow flow) -> {
        boolean atRest = carry.velocity().value().maxAbs() == 0;
        Variable reference = atRest ? carry.previousAttention() : carry.velocity();
        Variable mu = coefficient(tape, a, carry.previousAttention(), reference, options, flow);
        yield velocity(tape, x, a, carry, mu, stepSize);
      }
      case AdaptiveVelocityOfEquation18(double stepSize, Options options, GradientFlow flow) -> {
        Variable before = carry.previousAttention();
        Variable mu = coefficient(tape, a, before, before, options, flow);
        yield velocity(tape, x, a, carry, mu, stepSize);
      }
      case AdaptiveEquation15(Options options, GradientFlow flow) -> {
        Variable previous = carry.previousAttention();
        Variable betaTilde = coefficient(tape, a, previous, previous, options, flow);
        yield equation15(tape, x, a, carry, betaTilde);
      }
    };
  }

  private static Variable add(Tape tape, Variable x, Variable a) {
    return tape.operation(
        Connections.plain(x.value(), a.value()),
        d -> {
          x.accumulate(d);
          a.accumulate(d);
        });
  }

  private static Variable constant(Tape tape, double value, Variable like) {
    return tape.variable(Array.filled(value, like.value().shape()));
  }

  private static Joined velocity(
      Tape tape, Variable x, Variable a, Carry carry, Variable mu, double stepSize) {
    Variable v = carry.velocity();
    Connections.Step step =
        Connections.velocity(x.value(), a.value(), v.value(), mu.value(), stepSize);
    // One operation with two results: whatever reads the velocity is recorded after it, so that the
    // velocity's gradient is complete when the backward pass arrives here.
    Variable next = tape.variable(step.velocity());
    Variable iterate =
        tape.operation(
            step.iterate(),
            d -> {
              Connections.StepGradients g =
                  Connections.velocityBackward(v.value(), mu.value(), stepSize, d, next.gradient());
              x.accumulate(g.iterate());
              a.accumulate(g.attention());
              v.accumulate(g.velocity());
              mu.accumulate(g.coefficient());
            });
    return new Joined(iterate, new Carry(next, a, x));
  }

  private static Joined equation15(
      Tape tape, Variable x, Variable a, Carry carry, Variable betaTilde) {
    Variable previous = carry.previousIterate() == null ? x : carry.previousIterate();
    Variable iterate =
        tape.operation(
            Connections.equation15(x.value(), a.value(), previous.value(), betaTilde.value()),
            d -> {
              Connections.Equation15Gradients g =
                  Connections.equation15Backward(x.value(), previous.value(), betaTilde.value(), d);
              x.accumulate(g.iterate());
              a.accumulate(g.attention());
              previous.accumulate(g.previous());
              betaTilde.accumulate(g.coefficient());
            });
    return new Joined(iterate, new Carry(carry.velocity(), a, x));
  }

  private static Variable coefficient(
      Tape tape,
      Variable a,
      Variable previous,
      Variable reference,
      Options options,
      GradientFlow flow) {
    Array beta =
        AdaptiveMomentum.coefficients(a.value(), previous.value(), reference.value(), options);
    Array spread = AdaptiveMomentum.spread(beta, a.value(), options.normOver());
    if (flow == GradientFlow.DETACHED) {
      return tape.variable(spread);
    }
    return tape.operation(
        spread,
        d -> {
          AdaptiveMomentum.Gradients g =
              AdaptiveMomentum.backward(
                  a.value(),
                  previous.value(),
                  reference.value(),
                  options,
                  AdaptiveMomentum.gather(d, options.normOver()));
          a.accumulate(g.attention());
          previous.accumulate(g.previousAttention());
          reference.accumulate(g.reference());
        });
  }
}
