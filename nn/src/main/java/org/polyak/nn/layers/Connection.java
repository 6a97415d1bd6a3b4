package org.polyak.nn.layers;

import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.UnaryOp;

/**
 * Joins attention output and residual stream as a {@link ConnectionConfig} says. For blocks other
 * than {@link TransformerBlock}: hand the state that one layer returns to the next.
 */
public final class Connection {
  private Connection() {}

  /**
   * The result.
   *
   * @param out x', [B, N, E]
   * @param state for the next layer
   */
  public record Joined(Variable out, ConnectionState state) {}

  /**
   * One layer's connection.
   *
   * @param x input of the layer, [B, N, E]
   * @param attention its attention output after dropout, [B, N, E]
   * @param state from the layer before, {@link ConnectionState#START} in the first
   */
  public static Joined join(
      Ops ops, ConnectionConfig config, Variable x, Variable attention, ConnectionState state) {
    return switch (config) {
      case ConnectionConfig.Plain plain -> new Joined(ops.add(x, attention), ConnectionState.START);
      case ConnectionConfig.Velocity(double momentum, double stepSize) -> {
        Variable old = state.velocity();
        Variable kept = old == null ? null : ops.scale(old, momentum);
        yield byVelocity(ops, x, attention, kept, stepSize);
      }
      case ConnectionConfig.AdaptiveVelocity adaptive -> {
        Variable old = state.velocity();
        Variable previous = state.attention();
        Variable kept = null;
        if (old != null && previous != null) {
          Variable reference =
              switch (adaptive.reference()) {
                case VELOCITY -> old;
                case PREVIOUS -> previous;
              };
          Variable change = ops.subtract(attention, previous);
          kept = ops.multiply(adaptive.coefficient().of(ops, change, reference), old);
        }
        yield byVelocity(ops, x, attention, kept, adaptive.stepSize());
      }
      case ConnectionConfig.HeavyBall(double momentum) -> {
        Variable before = state.input();
        Variable push = before == null ? null : ops.scale(ops.subtract(x, before), momentum);
        yield byDisplacement(ops, x, attention, push);
      }
      case ConnectionConfig.AdaptiveHeavyBall(AdaptiveCoefficient coefficient) -> {
        Variable before = state.input();
        Variable previous = state.attention();
        Variable push =
            before == null || previous == null
                ? null
                : ops.multiply(
                    coefficient.of(ops, ops.subtract(attention, previous), previous),
                    ops.subtract(x, before));
        yield byDisplacement(ops, x, attention, push);
      }
    };
  }

  /** {@code v' = kept − a, x' = x − s v'}. */
  private static Joined byVelocity(
      Ops ops, Variable x, Variable attention, @Nullable Variable kept, double stepSize) {
    Variable velocity =
        kept == null ? ops.unary(UnaryOp.NEGATE, attention) : ops.subtract(kept, attention);
    Variable out = ops.subtract(x, ops.scale(velocity, stepSize));
    return new Joined(out, new ConnectionState(velocity, attention, x));
  }

  /** {@code x' = x + a + push}. */
  private static Joined byDisplacement(
      Ops ops, Variable x, Variable attention, @Nullable Variable push) {
    Variable out = ops.add(x, attention);
    return new Joined(
        push == null ? out : ops.add(out, push), new ConnectionState(null, attention, x));
  }
}
