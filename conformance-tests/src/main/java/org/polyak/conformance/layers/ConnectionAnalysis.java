package org.polyak.conformance.layers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.layers.ErrorTape.Scalar;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.ConnectionConfig;

/** What connections do to float32 numbers, with error bounds; [B, N, E] throughout. */
final class ConnectionAnalysis {
  private final ErrorTape tape;
  private final ConnectionConfig config;
  private @Nullable Scalars velocity;
  private @Nullable Scalars previousAttention;
  private @Nullable Scalars previousInput;

  /** Before the first layer. */
  ConnectionAnalysis(ErrorTape tape, ConnectionConfig config) {
    this.tape = tape;
    this.config = config;
  }

  /** The next layer's x′. */
  Scalars join(Scalars x, Scalars attention) {
    Scalars out =
        switch (config) {
          case ConnectionConfig.Plain plain -> x.zip(attention, tape::plus);
          case ConnectionConfig.Velocity(double momentum, double stepSize) ->
              byVelocity(x, attention, constant(momentum, x), stepSize);
          case ConnectionConfig.AdaptiveVelocity(double stepSize, var reference, var coefficient) ->
              byVelocity(
                  x,
                  attention,
                  reference == ConnectionConfig.Reference.VELOCITY
                      ? coefficient(coefficient, attention, velocity)
                      : coefficient(coefficient, attention, previousAttention),
                  stepSize);
          case ConnectionConfig.HeavyBall(double momentum) ->
              byDisplacement(x, attention, constant(momentum, x));
          case ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient coefficient) ->
              byDisplacement(x, attention, coefficient(coefficient, attention, previousAttention));
        };
    previousAttention = attention;
    previousInput = x;
    return out;
  }

  private Scalars byVelocity(
      Scalars x, Scalars attention, @Nullable Scalars momentum, double stepSize) {
    Scalars next =
        velocity == null || momentum == null
            ? attention.map(tape::negated)
            : velocity.zip(momentum, tape::times).zip(attention, tape::minus);
    velocity = next;
    Scalar step = tape.constant(stepSize);
    return x.zip(next.map(v -> tape.times(v, step)), tape::minus);
  }

  private Scalars byDisplacement(Scalars x, Scalars attention, @Nullable Scalars momentum) {
    Scalars sum = x.zip(attention, tape::plus);
    if (previousInput == null || momentum == null) {
      return sum;
    }
    Scalars displacement = x.zip(previousInput, tape::minus);
    return sum.zip(displacement.zip(momentum, tape::times), tape::plus);
  }

  private Scalars constant(double value, Scalars like) {
    Scalar constant = tape.constant(value);
    return like.map(any -> constant);
  }

  /** One coefficient for each group of elements, spread over them; null before the first layer. */
  private @Nullable Scalars coefficient(
      AdaptiveCoefficient options, Scalars attention, @Nullable Scalars reference) {
    if (reference == null || previousAttention == null) {
      return null;
    }
    Scalars change = attention.zip(previousAttention, tape::minus);
    int[] shape = attention.shape();
    int group =
        switch (options.norm()) {
          case TOKEN -> shape[2];
          case SAMPLE -> shape[1] * shape[2];
        };
    List<Scalar> spread = new ArrayList<>();
    for (int from = 0; from < change.elements().size(); from += group) {
      Scalar one =
          coefficient(
              options,
              norm(change.elements().subList(from, from + group)),
              norm(reference.elements().subList(from, from + group)));
      for (int i = 0; i < group; i++) {
        spread.add(options.detached() ? tape.detached(one) : one);
      }
    }
    return new Scalars(shape, spread);
  }

  private Scalar coefficient(AdaptiveCoefficient options, Scalar change, Scalar reference) {
    Scalar root =
        change.value().value() == 0
            ? tape.exact(0)
            : reference.value().value() == 0
                ? tape.exact(1e18)
                : tape.squareRoot(tape.over(change, reference));
    Scalar complement = tape.minus(tape.exact(1), root);
    return switch (options.order()) {
      case SQUARE_THEN_PROJECT ->
          projected(tape.times(complement, complement), 1 - options.delta());
      case PROJECT_THEN_SQUARE -> {
        Scalar limited = projected(complement, 1 - options.delta());
        yield tape.times(limited, limited);
      }
    };
  }

  private Scalar projected(Scalar x, double most) {
    double value = x.value().value();
    return value < 0 ? tape.exact(0) : value > most ? tape.constant(most) : x;
  }

  private Scalar norm(List<Scalar> elements) {
    Scalar squares = tape.sum(elements.stream().map(e -> tape.times(e, e)).toList());
    return squares.value().value() == 0 ? tape.exact(0) : tape.squareRoot(squares);
  }
}
