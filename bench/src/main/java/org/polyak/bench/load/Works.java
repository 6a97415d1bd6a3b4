package org.polyak.bench.load;

import java.util.ArrayList;
import java.util.List;
import org.polyak.bench.load.Load.Work;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Kinds of work that several loads have. */
final class Works {
  private final Engine engine;
  private final Scope scope;

  Works(Engine engine, Scope scope) {
    this.engine = engine;
    this.scope = scope;
  }

  /** An F32 tensor for results. */
  Tensor result(int... dims) {
    return scope.allocate(DType.F32, Shape.of(dims));
  }

  /** Kernels that write into tensors which are there before. */
  Work kernels(Runnable run, Tensor... results) {
    return Work.of(
        run,
        () -> {
          run.run();
          List<float[]> arrays = new ArrayList<>();
          for (Tensor result : results) {
            arrays.add(read(result));
          }
          return arrays;
        });
  }

  /** An operation; its result lives until it is done. */
  Work operation(Operation operation) {
    return Work.of(
        () -> {
          try (Scope run = scope.child("run")) {
            operation.apply(Ops.inference(engine, run));
          }
        },
        () -> {
          try (Scope run = scope.child("run")) {
            return List.of(read(operation.apply(Ops.inference(engine, run)).tensor()));
          }
        });
  }

  /**
   * An operation forward and backward. The outputs are its result and the parameters' gradients.
   *
   * @param loss of the result, one number
   */
  Work gradients(Operation operation, Loss loss, Variable... parameters) {
    return Work.of(
        () -> {
          try (Scope run = scope.child("run")) {
            Ops ops = Ops.recording(engine, run, new Tape());
            ops.backward(loss.of(ops, operation.apply(ops)));
          }
        },
        () -> {
          try (Scope run = scope.child("run")) {
            Ops ops = Ops.recording(engine, run, new Tape());
            Variable result = operation.apply(ops);
            List<float[]> arrays = new ArrayList<>(List.of(read(result.tensor())));
            Gradients gradients = ops.backward(loss.of(ops, result));
            for (Variable parameter : parameters) {
              arrays.add(read(gradients.require(parameter)));
            }
            return arrays;
          }
        });
  }

  /** What is timed, in terms of {@code nn}. */
  @FunctionalInterface
  interface Operation {
    Variable apply(Ops ops);
  }

  /** Makes one number of a result. */
  @FunctionalInterface
  interface Loss {
    Variable of(Ops ops, Variable result);
  }

  /** A copy on the host; waits for the work that computes it. */
  private float[] read(Tensor tensor) {
    return Ops.inference(engine, scope).toFloats(Variable.constant(tensor));
  }
}
