package org.polyak.bench.load;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;

/** The {@link Numbers} on a device. */
final class Inputs {
  private final Ops ops;
  private final Numbers numbers = new Numbers();

  Inputs(Engine engine, Scope scope) {
    ops = Ops.inference(engine, scope);
  }

  Tensor tensor(String name, int... dims) {
    return ops.constant(numbers.normal(name, dims), dims).tensor();
  }

  /** Numbers that gradients are wanted for. */
  Variable parameter(String name, int... dims) {
    return Variable.parameter(tensor(name, dims));
  }

  /** Uniform integers in [0, bound). */
  Variable indices(String name, int count, int bound) {
    return ops.indices(numbers.integers(name, count, bound), count);
  }
}
