package org.polyak.conformance.oracle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Reverse-mode differentiation of what is composed of functions whose adjoints the oracle
 * transcribes: each operation says how a gradient of its result becomes gradients of its operands,
 * and {@link #backward} runs them in reverse order.
 */
public final class Tape {
  private final Deque<Runnable> steps = new ArrayDeque<>();

  /** Creates an empty tape. */
  public Tape() {}

  /** A value with the gradient that has reached it so far. */
  public static final class Variable {
    private final Array value;
    private Array gradient;

    private Variable(Array value) {
      this.value = value;
      this.gradient = Array.zerosLike(value);
    }

    /** The value. */
    public Array value() {
      return value;
    }

    /** The gradient: final once {@link Tape#backward} has run. */
    public Array gradient() {
      return gradient;
    }

    /** Adds a contribution to the gradient. */
    public void accumulate(Array contribution) {
      gradient = gradient.plus(contribution);
    }
  }

  /** A variable that nothing on the tape computed. */
  public Variable variable(Array value) {
    return new Variable(value);
  }

  /**
   * Records an operation.
   *
   * @param value its result
   * @param backward takes the gradient of the result and accumulates into the operands
   */
  public Variable operation(Array value, Consumer<Array> backward) {
    Variable result = new Variable(value);
    steps.push(() -> backward.accept(result.gradient()));
    return result;
  }

  /** Accumulates the gradients of {@code Σ outGradient · out} in every variable. Once per tape. */
  public void backward(Variable out, Array outGradient) {
    out.accumulate(outGradient);
    steps.forEach(Runnable::run);
    steps.clear();
  }
}
