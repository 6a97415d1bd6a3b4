package org.polyak.bench.load;

import java.util.List;
import java.util.Locale;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * An element-wise function of one argument, the numbers {@code in}. The output is its value.
 *
 * @param op the function
 * @param rows R
 * @param columns C
 */
public record UnaryLoad(UnaryOp op, int rows, int columns) implements Load {
  UnaryLoad(String name, String shape) {
    this(UnaryOp.valueOf(name.toUpperCase(Locale.ROOT)), Extents.parse(shape, "R", "C"));
  }

  private UnaryLoad(UnaryOp op, int[] extents) {
    this(op, extents[0], extents[1]);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Tensor in = new Inputs(engine, scope).tensor("in", rows, columns);
    Works works = new Works(engine, scope);
    Tensor out = works.result(rows, columns);
    return works.kernels(() -> engine.kernels().unary(op, in, out), out);
  }

  @Override
  public Amount amount() {
    return Amount.ofBytes(2.0 * rows * columns * Float.BYTES);
  }

  @Override
  public List<String> gate() {
    return List.of("VERB-" + op.name().replace('_', '-'));
  }

  @Override
  public double tolerance() {
    return Rounding.ofSums(1);
  }
}
