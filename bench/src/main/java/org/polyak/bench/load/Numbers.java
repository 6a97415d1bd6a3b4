package org.polyak.bench.load;

import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Normal numbers of mean 0, each tensor from a stream of its own: equal on every backend. */
final class Numbers {
  private static final double DEVIATION = 0.5;

  private final Ops ops;
  private final Generator generator = Generator.ofSeed(1);

  Numbers(Engine engine, Scope scope) {
    ops = Ops.inference(engine, scope);
  }

  Tensor tensor(String name, int... dims) {
    int size = Math.toIntExact(Shape.of(dims).size());
    return ops.constant(generator.split(name).gaussian(size, 0, DEVIATION), dims).tensor();
  }

  /** Numbers that gradients are wanted for. */
  Variable parameter(String name, int... dims) {
    return Variable.parameter(tensor(name, dims));
  }

  /** Uniform integers in [0, bound). */
  int[] integers(String name, int count, int bound) {
    Generator stream = generator.split(name);
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = stream.nextInt(bound);
    }
    return values;
  }
}
