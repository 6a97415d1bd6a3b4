package org.polyak.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Tensor;

/**
 * A function of {@code nn} operations, evaluated on the backend under test together with the
 * gradients of {@code Σ cotangent · result}.
 *
 * @param results the function's results
 * @param gradients for each input; all zeros where the results do not depend on it
 */
public record Differentiated(List<float[]> results, List<float[]> gradients) {

  /** A function with any number of arguments and results. */
  @FunctionalInterface
  public interface Function {
    /** Applies operations. */
    List<Variable> apply(Ops ops, List<Variable> inputs);
  }

  /** Evaluates a function. Every input wants a gradient; there is one cotangent for each result. */
  public static Differentiated of(
      CaseContext context, List<Array> inputs, List<Array> cotangents, Function function) {
    return of(
        Ops.recording(context.engine(), context.scope().child("tape"), new Tape()),
        inputs,
        cotangents,
        function);
  }

  /** The same with dropout, all of whose seeds are one number. */
  public static Differentiated dropping(
      CaseContext context,
      int seed,
      List<Array> inputs,
      List<Array> cotangents,
      Function function) {
    RandomGenerator seeds = () -> (long) seed << Integer.SIZE;
    Ops ops = Ops.training(context.engine(), context.scope().child("tape"), new Tape(), seeds);
    return of(ops, inputs, cotangents, function);
  }

  private static Differentiated of(
      Ops ops, List<Array> inputs, List<Array> cotangents, Function function) {
    List<Variable> parameters = new ArrayList<>();
    for (Array input : inputs) {
      parameters.add(
          Variable.parameter(ops.constant(Samples.floats(input), input.shape()).tensor()));
    }
    List<Variable> results = function.apply(ops, parameters);
    Variable loss = ops.filled(0);
    for (int i = 0; i < results.size(); i++) {
      Array cotangent = cotangents.get(i);
      Variable weights = ops.constant(Samples.floats(cotangent), cotangent.shape());
      loss = ops.add(loss, ops.sumAll(ops.multiply(results.get(i), weights)));
    }
    Gradients gradients = ops.backward(loss);
    List<float[]> found = new ArrayList<>();
    for (Variable parameter : parameters) {
      @Nullable Tensor gradient = gradients.of(parameter);
      found.add(
          gradient == null
              ? new float[Math.toIntExact(parameter.shape().size())]
              : ops.toFloats(Variable.constant(gradient)));
    }
    return new Differentiated(results.stream().map(ops::toFloats).toList(), List.copyOf(found));
  }

  /** The only result. */
  public float[] result() {
    return results.getFirst();
  }
}
