package org.polyak.nn.ops;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * Arithmetic on arrays: element-wise functions, which broadcast as in NumPy, reductions, products
 * and rows of tables. Validation, memory and gradients as in {@link ArrayOps}.
 */
public abstract sealed class ArithmeticOps extends ArrayOps permits Ops {
  ArithmeticOps(Engine engine, Scope scope, @Nullable Tape tape) {
    super(engine, scope, tape);
  }

  // Element-wise

  /** a + b. */
  public final Variable add(Variable a, Variable b) {
    return binary(BinaryOp.ADD, a, b);
  }

  /** a − b. */
  public final Variable subtract(Variable a, Variable b) {
    return binary(BinaryOp.SUBTRACT, a, b);
  }

  /** a · b, element by element. */
  public final Variable multiply(Variable a, Variable b) {
    return binary(BinaryOp.MULTIPLY, a, b);
  }

  /** a / b. */
  public final Variable divide(Variable a, Variable b) {
    return binary(BinaryOp.DIVIDE, a, b);
  }

  /** The larger; equal elements pass their gradient to {@code a}. */
  public final Variable maximum(Variable a, Variable b) {
    return binary(BinaryOp.MAXIMUM, a, b);
  }

  /** The smaller; equal elements pass their gradient to {@code a}. */
  public final Variable minimum(Variable a, Variable b) {
    return binary(BinaryOp.MINIMUM, a, b);
  }

  /** 1 where a &lt; b, else 0. No gradient. */
  public final Variable less(Variable a, Variable b) {
    return binary(BinaryOp.LESS, a, b);
  }

  /** 1 where a = b, else 0. No gradient. */
  public final Variable equal(Variable a, Variable b) {
    return binary(BinaryOp.EQUAL, a, b);
  }

  /** x limited to [least, most]; the gradient is 1 within and 0 beyond. */
  public final Variable clamp(Variable x, double least, double most) {
    return minimum(maximum(x, filled(least)), filled(most));
  }

  /** x · factor. */
  public final Variable scale(Variable x, double factor) {
    Variable out = withConstant(BinaryOp.MULTIPLY, x, factor);
    return record(new Step.Scale(x, factor, out));
  }

  /** x + constant. */
  public final Variable shift(Variable x, double constant) {
    Variable out = withConstant(BinaryOp.ADD, x, constant);
    return record(new Step.Shift(x, out));
  }

  private Variable withConstant(BinaryOp op, Variable x, double constant) {
    requireF32(op.toString(), x);
    Variable out = result(allocate(x.shape()), x);
    Tensor scalar = filled(constant).tensor().broadcastTo(x.shape());
    kernels().binary(op, x.tensor(), scalar, out.tensor());
    return out;
  }

  /** A function of one argument. */
  public final Variable unary(UnaryOp op, Variable x) {
    requireF32(op.toString(), x);
    Tensor out = allocate(x.shape());
    kernels().unary(op, x.tensor(), out);
    return op == UnaryOp.SIGN
        ? Variable.constant(out)
        : record(new Step.Unary(op, x, result(out, x)));
  }

  /** A function of two arguments, broadcast to a common shape. */
  public final Variable binary(BinaryOp op, Variable a, Variable b) {
    requireF32(op.toString(), a);
    requireF32(op.toString(), b);
    Shape shape = broadcast(op.toString(), a.shape(), b.shape());
    Tensor out = allocate(shape);
    kernels().binary(op, a.tensor().broadcastTo(shape), b.tensor().broadcastTo(shape), out);
    if (op == BinaryOp.LESS || op == BinaryOp.EQUAL) {
      return Variable.constant(out);
    }
    Variable result = result(out, a, b);
    return records(result) ? record(new Step.Binary(op, a, b, result)) : result;
  }

  /** a where the condition is not 0, else b; broadcast to a common shape. */
  public final Variable select(Variable condition, Variable a, Variable b) {
    Shape shape = broadcast("select", condition.shape(), broadcast("select", a.shape(), b.shape()));
    Variable out = result(allocate(shape), a, b);
    kernels()
        .select(
            condition.tensor().broadcastTo(shape),
            a.tensor().broadcastTo(shape),
            b.tensor().broadcastTo(shape),
            out.tensor());
    return record(new Step.Select(condition, a, b, out));
  }

  // Reductions

  /** Sums along one axis, which stays with extent 1. */
  public final Variable sum(Variable x, int axis) {
    return reduce(ReduceOp.SUM, x, axis);
  }

  /** The sum of all elements, of rank 0. */
  public final Variable sumAll(Variable x) {
    int size = Math.toIntExact(x.shape().size());
    return reshape(sum(reshape(x, size), 0), shape());
  }

  /** Means along one axis, which stays with extent 1. */
  public final Variable mean(Variable x, int axis) {
    return scale(sum(x, axis), 1.0 / x.shape().dim(axis));
  }

  /** The mean of all elements, of rank 0. */
  public final Variable meanAll(Variable x) {
    return scale(sumAll(x), 1.0 / x.shape().size());
  }

  /** Maxima along one axis, which stays with extent 1; ties share the gradient. */
  public final Variable max(Variable x, int axis) {
    return reduce(ReduceOp.MAXIMUM, x, axis);
  }

  private Variable reduce(ReduceOp op, Variable x, int axis) {
    requireF32(op.toString(), x);
    int resolved = x.shape().axis(axis);
    Variable out = result(allocate(shapes().with(x.shape(), resolved, 1)), x);
    kernels().reduce(op, x.tensor(), resolved, out.tensor());
    return record(new Step.Reduce(op, x, resolved, out));
  }

  /** Running sums along one axis, from its end when reversed. */
  public final Variable cumulativeSum(Variable x, int axis, boolean reversed) {
    requireF32("cumulativeSum", x);
    int resolved = x.shape().axis(axis);
    Variable out = result(allocate(x.shape()), x);
    kernels().cumulativeSum(x.tensor(), resolved, reversed, out.tensor());
    return record(new Step.CumulativeSum(x, resolved, reversed, out));
  }

  // Products and rows

  /** Matrix products {@code [batch…, M, K]·[batch…, K, N]}; batch axes broadcast. */
  public final Variable matmul(Variable a, Variable b) {
    requireF32("matmul", a);
    requireF32("matmul", b);
    Shape sa = a.shape();
    Shape sb = b.shape();
    if (sa.rank() < 2 || sb.rank() < 2 || sa.dim(-1) != sb.dim(-2)) {
      throw refusal("matmul", "shapes %s and %s do not multiply", sa, sb);
    }
    Tensor left = a.tensor();
    Tensor right = b.tensor();
    Shape shape;
    if (sa.rank() == 2 && sb.rank() == 2) {
      shape = shape(sa.dim(0), sb.dim(1));
    } else {
      Shape batch = broadcast("matmul", leading(sa), leading(sb));
      left = left.broadcastTo(matrices(batch, sa.dim(-2), sa.dim(-1)));
      right = right.broadcastTo(matrices(batch, sb.dim(-2), sb.dim(-1)));
      shape = matrices(batch, sa.dim(-2), sb.dim(-1));
    }
    Variable out = result(allocate(shape), a, b);
    kernels().matmul(left, right, false, out.tensor());
    return record(new Step.MatMul(a, b, out));
  }

  /** Rows {@code [R, E]} of a table {@code [V, E]} by I32 indices {@code [R]}. */
  public final Variable gatherRows(Variable table, Variable indices) {
    requireF32("gatherRows", table);
    require(
        table.shape().rank() == 2 && indices.shape().rank() == 1 && indices.dtype() == DType.I32,
        "gatherRows",
        "needs a table [V, E] and I32 indices [R], not %s and %s",
        table,
        indices);
    Shape shape = shape(indices.shape().dim(0), table.shape().dim(1));
    Variable out = result(allocate(shape), table);
    kernels().gatherRows(table.tensor(), indices.tensor(), out.tensor());
    return record(new Step.GatherRows(table, indices, out));
  }

  private static Shape broadcast(String operation, Shape a, Shape b) {
    try {
      return Shape.broadcast(a, b);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(operation + ": " + e.getMessage(), e);
    }
  }

  private static Shape leading(Shape shape) {
    return Shape.of(Arrays.copyOf(shape.dims(), shape.rank() - 2));
  }

  private static Shape matrices(Shape batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch.dims(), batch.rank() + 2);
    dims[batch.rank()] = rows;
    dims[batch.rank() + 1] = columns;
    return Shape.of(dims);
  }
}
