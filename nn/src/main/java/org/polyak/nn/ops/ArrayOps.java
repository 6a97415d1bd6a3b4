package org.polyak.nn.ops;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/**
 * Operations on arrays: transfers, views, element-wise functions, reductions and products. Each
 * validates its arguments, allocates its result in this object's scope, and records a step when
 * gradients are wanted. Element-wise operations broadcast as in NumPy.
 *
 * <p>All throw {@link IllegalArgumentException} naming the operation and the shapes when these do
 * not fit.
 */
public abstract sealed class ArrayOps permits Ops {
  private final Engine engine;
  private final Scope scope;
  private final @Nullable Tape tape;

  ArrayOps(Engine engine, Scope scope, @Nullable Tape tape) {
    this.engine = engine;
    this.scope = scope;
    this.tape = tape;
  }

  /** The backend at work. */
  public final Engine engine() {
    return engine;
  }

  /** The owner of every result. */
  public final Scope scope() {
    return scope;
  }

  /** Whether steps are recorded. */
  public final boolean recording() {
    return tape != null;
  }

  final List<Step> steps() {
    if (tape == null) {
      throw new IllegalStateException("Nothing was recorded: these operations have no tape.");
    }
    return tape.steps();
  }

  final Kernels kernels() {
    return engine.kernels();
  }

  // Transfers

  /** Values from the host, row-major. */
  public final Variable constant(float[] values, int... dims) {
    return upload(DType.F32, MemorySegment.ofArray(values), values.length, dims);
  }

  /** Integers from the host, row-major. */
  public final Variable indices(int[] values, int... dims) {
    return upload(DType.I32, MemorySegment.ofArray(values), values.length, dims);
  }

  private Variable upload(DType dtype, MemorySegment host, int length, int... dims) {
    Shape shape = Shape.of(dims);
    require(shape.size() == length, "constant", "%d values do not fill shape %s", length, shape);
    Tensor tensor = scope.allocate(dtype, shape);
    engine.backend().upload(host, tensor);
    return Variable.constant(tensor);
  }

  /** One value everywhere. */
  public final Variable filled(double value, int... dims) {
    Tensor tensor = scope.allocate(DType.F32, Shape.of(dims));
    kernels().fill(tensor, value);
    return Variable.constant(tensor);
  }

  /** The elements of an F32 variable on the host, row-major. Waits for the device. */
  public final float[] toFloats(Variable x) {
    requireF32("toFloats", x);
    float[] host = new float[Math.toIntExact(x.shape().size())];
    engine.backend().download(x.tensor(), MemorySegment.ofArray(host));
    return host;
  }

  /** The elements of an I32 variable on the host, row-major. Waits for the device. */
  public final int[] toIntegers(Variable x) {
    require(x.dtype() == DType.I32, "toIntegers", "needs I32, not %s", x);
    int[] host = new int[Math.toIntExact(x.shape().size())];
    engine.backend().download(x.tensor(), MemorySegment.ofArray(host));
    return host;
  }

  /** The only element of an F32 variable. Waits for the device. */
  public final float toScalar(Variable x) {
    require(x.shape().size() == 1, "toScalar", "shape %s has not one element", x.shape());
    return toFloats(x)[0];
  }

  // Views

  /**
   * The same elements in the same order under another shape; copies where strides forbid a view.
   */
  public final Variable reshape(Variable x, int... dims) {
    return reshape(x, Shape.of(dims));
  }

  /**
   * The same elements in the same order under another shape; copies where strides forbid a view.
   */
  public final Variable reshape(Variable x, Shape shape) {
    if (shape.equals(x.shape())) {
      return x;
    }
    Variable source = x.tensor().layout().reshape(shape).isPresent() ? x : copy(x);
    Tensor view = source.tensor().view(source.tensor().layout().reshape(shape).orElseThrow());
    return record(new Step.Reshape(source, result(view, source)));
  }

  /** Axes in a new order: axis i of the result is axis {@code order[i]}. */
  public final Variable permute(Variable x, int... order) {
    List<Integer> axes = Arrays.stream(order).map(x.shape()::axis).boxed().toList();
    return record(new Step.Permute(x, axes, result(x.tensor().permute(order), x)));
  }

  /** Two axes exchanged. */
  public final Variable transpose(Variable x, int first, int second) {
    int[] order = IntStream.range(0, x.shape().rank()).toArray();
    order[x.shape().axis(first)] = x.shape().axis(second);
    order[x.shape().axis(second)] = x.shape().axis(first);
    return permute(x, order);
  }

  /** Positions {@code [from, to)} along one axis. */
  public final Variable slice(Variable x, int axis, int from, int to) {
    int resolved = x.shape().axis(axis);
    return record(
        new Step.Slice(x, resolved, from, result(x.tensor().slice(resolved, from, to), x)));
  }

  /** Repeated to a larger shape, without a copy. */
  public final Variable broadcastTo(Variable x, Shape shape) {
    return shape.equals(x.shape())
        ? x
        : record(new Step.Broadcast(x, result(x.tensor().broadcastTo(shape), x)));
  }

  /** The same values in row-major order without gaps; copies only when they are not already. */
  public final Variable contiguous(Variable x) {
    return x.tensor().layout().isContiguous() ? x : copy(x);
  }

  /** The same value, to which no gradient flows. */
  public final Variable detach(Variable x) {
    return x.requiresGradient() ? Variable.constant(x.tensor()) : x;
  }

  /** A contiguous copy in this scope. */
  public final Variable copy(Variable x) {
    Variable out = result(scope.allocate(x.dtype(), x.shape()), x);
    kernels().copy(x.tensor(), out.tensor());
    return record(new Step.Copy(x, out));
  }

  /** Parts side by side along one axis; all other extents are equal. */
  public final Variable concatenate(int axis, Variable... parts) {
    require(parts.length > 0, "concatenate", "there is nothing to concatenate");
    Shape first = parts[0].shape();
    int resolved = first.axis(axis);
    int extent = 0;
    for (Variable part : parts) {
      requireF32("concatenate", part);
      require(
          part.shape().rank() == first.rank()
              && part.shape().with(resolved, 0).equals(first.with(resolved, 0)),
          "concatenate",
          "shapes %s and %s differ beyond axis %d",
          first,
          part.shape(),
          resolved);
      extent += part.shape().dim(resolved);
    }
    Variable out = result(scope.allocate(DType.F32, first.with(resolved, extent)), parts);
    int position = 0;
    for (Variable part : parts) {
      int end = position + part.shape().dim(resolved);
      kernels().copy(part.tensor(), out.tensor().slice(resolved, position, end));
      position = end;
    }
    return record(new Step.Concatenate(resolved, List.of(parts), out));
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
    return op == BinaryOp.LESS || op == BinaryOp.EQUAL
        ? Variable.constant(out)
        : record(new Step.Binary(op, a, b, result(out, a, b)));
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
    return reshape(sum(reshape(x, size), 0), Shape.of());
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
    Variable out = result(allocate(x.shape().with(resolved, 1)), x);
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
    require(
        sa.rank() >= 2 && sb.rank() >= 2 && sa.dim(-1) == sb.dim(-2),
        "matmul",
        "shapes %s and %s do not multiply",
        sa,
        sb);
    Shape batch = broadcast("matmul", leading(sa), leading(sb));
    Variable out = result(allocate(matrices(batch, sa.dim(-2), sb.dim(-1))), a, b);
    kernels()
        .matmul(
            a.tensor().broadcastTo(matrices(batch, sa.dim(-2), sa.dim(-1))),
            b.tensor().broadcastTo(matrices(batch, sb.dim(-2), sb.dim(-1))),
            false,
            out.tensor());
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
    Shape shape = Shape.of(indices.shape().dim(0), table.shape().dim(1));
    Variable out = result(allocate(shape), table);
    kernels().gatherRows(table.tensor(), indices.tensor(), out.tensor());
    return record(new Step.GatherRows(table, indices, out));
  }

  // Common ground

  final Tensor allocate(Shape shape) {
    return scope.allocate(DType.F32, shape);
  }

  final Variable result(Tensor tensor, Variable... inputs) {
    return Variable.of(
        tensor, tape != null && Arrays.stream(inputs).anyMatch(Variable::requiresGradient));
  }

  final Variable record(Step step) {
    if (tape != null && step.out().requiresGradient()) {
      tape.record(step);
    }
    return step.out();
  }

  static void requireF32(String operation, Variable x) {
    require(x.dtype() == DType.F32, operation, "needs F32, not %s", x);
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotation would cost a dependency.
  static void require(boolean condition, String operation, String message, Object... arguments) {
    if (!condition) {
      throw new IllegalArgumentException(operation + ": " + message.formatted(arguments) + ".");
    }
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
