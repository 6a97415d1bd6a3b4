package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.Support;

/**
 * What models do to the rows of a matrix, fused where the backend offers it.
 *
 * @param operation which
 * @param rows R
 * @param columns C
 */
record RowLoad(Operation operation, int rows, int columns) implements Load {
  private static final double EPSILON = 1e-5;

  /** What is done to the rows. */
  enum Operation {
    /** {@code gelu(x + bias)}, forward. */
    BIAS_GELU("FUSED-BIAS-GELU", 2),
    /** Layer normalisation, forward. */
    LAYER_NORM("FUSED-LN", 2),
    /** Softmax cross-entropy, forward and backward: logits are read twice, gradients written. */
    CROSS_ENTROPY("FUSED-CE", 3);

    private final String gate;
    private final int passes;

    Operation(String gate, int passes) {
      this.gate = gate;
      this.passes = passes;
    }
  }

  static RowLoad of(Operation operation, String shape) {
    int[] extents = Extents.parse(shape, "R", "C");
    return new RowLoad(operation, extents[0], extents[1]);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Numbers numbers = new Numbers(engine, scope);
    return switch (operation) {
      case BIAS_GELU -> biasGelu(engine, scope, numbers);
      case LAYER_NORM -> layerNorm(engine, scope, numbers);
      case CROSS_ENTROPY -> crossEntropy(engine, scope, numbers);
    };
  }

  @Override
  public Amount amount() {
    return Amount.ofBytes((double) operation.passes * rows * columns * Float.BYTES);
  }

  @Override
  public List<String> gate() {
    return List.of(operation.gate);
  }

  private Work biasGelu(Engine engine, Scope scope, Numbers numbers) {
    Tensor in = numbers.tensor("in", rows, columns);
    Tensor bias = numbers.tensor("bias", columns);
    return switch (engine.backend().fused().biasActivation(Activation.GELU)) {
      case Support.Native<BiasActivationKernel>(BiasActivationKernel kernel) -> {
        Tensor out = scope.allocate(DType.F32, Shape.of(rows, columns));
        yield () -> kernel.forward(in, bias, out);
      }
      case Support.Unsupported<BiasActivationKernel> composed ->
          inScope(
              engine,
              scope,
              ops ->
                  ops.activation(
                      Activation.GELU, ops.add(Variable.constant(in), Variable.constant(bias))));
    };
  }

  private Work layerNorm(Engine engine, Scope scope, Numbers numbers) {
    Variable in = Variable.constant(numbers.tensor("in", rows, columns));
    Variable gain = Variable.constant(numbers.tensor("gain", columns));
    Variable bias = Variable.constant(numbers.tensor("bias", columns));
    return inScope(engine, scope, ops -> ops.layerNorm(in, gain, bias, EPSILON));
  }

  private Work crossEntropy(Engine engine, Scope scope, Numbers numbers) {
    Variable logits = numbers.parameter("logits", rows, columns);
    int[] targets = numbers.integers("targets", rows, columns);
    Variable indices = Ops.inference(engine, scope).indices(targets, rows);
    return () -> {
      try (Scope run = scope.child("run")) {
        Ops ops = Ops.recording(engine, run, new Tape());
        ops.backward(ops.meanAll(ops.crossEntropy(logits, indices, 0)));
      }
    };
  }

  /** Work whose results live until its end. */
  private static Work inScope(Engine engine, Scope scope, Operator operator) {
    return () -> {
      try (Scope run = scope.child("run")) {
        operator.apply(Ops.inference(engine, run));
      }
    };
  }

  private interface Operator {
    Variable apply(Ops ops);
  }
}
