package org.polyak.nn.ops;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.DType;
import org.polyak.spi.Download;
import org.polyak.spi.Kernels;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Operations that move elements and compute nothing: transfers, views, copies. Each validates its
 * arguments, allocates its result in this object's scope, and records a step when gradients are
 * wanted.
 *
 * <p>All throw {@link IllegalArgumentException} naming the operation and the shapes when these do
 * not fit.
 */
public abstract sealed class ArrayOps permits ArithmeticOps {
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

  /**
   * The only element of an F32 variable, on its way to the host from now on. The supplier, to be
   * asked once, waits for it, but not for what is submitted meanwhile.
   */
  public final DoubleSupplier toScalarSoon(Variable x) {
    require(x.shape().size() == 1, "toScalarSoon", "shape %s has not one element", x.shape());
    requireF32("toScalarSoon", x);
    Download download = engine.backend().beginDownload(x.tensor());
    return () -> {
      float[] host = new float[1];
      download.to(MemorySegment.ofArray(host));
      return host[0];
    };
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
    Optional<Layout> layout = x.tensor().layout().reshape(shape);
    Variable source = layout.isPresent() ? x : copy(x);
    Tensor view = source.tensor().view(layout.orElseGet(() -> Layout.contiguous(shape)));
    return record(new Step.Reshape(source, result(view, source)));
  }

  /** Axes in a new order: axis i of the result is axis {@code order[i]}. */
  public final Variable permute(Variable x, int... order) {
    List<Integer> axes = new ArrayList<>(order.length);
    for (int axis : order) {
      axes.add(x.shape().axis(axis));
    }
    return record(new Step.Permute(x, axes, result(x.tensor().permute(order), x)));
  }

  /** Two axes exchanged. */
  public final Variable transpose(Variable x, int first, int second) {
    int[] order = new int[x.shape().rank()];
    Arrays.setAll(order, axis -> axis);
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

  /** Parts that follow each other along one axis and make up all of it, without a copy. */
  public final List<Variable> split(Variable x, int axis, int... extents) {
    int resolved = x.shape().axis(axis);
    int whole = x.shape().dim(resolved);
    require(
        Arrays.stream(extents).sum() == whole,
        "split",
        "extents %s do not make up the %d of axis %d",
        Arrays.toString(extents),
        whole,
        axis);
    List<Variable> parts = new ArrayList<>();
    int position = 0;
    for (int extent : extents) {
      int end = position + extent;
      parts.add(result(x.tensor().slice(resolved, position, end), x));
      position = end;
    }
    if (extents.length > 0) {
      record(new Step.Split(x, resolved, List.copyOf(parts)));
    }
    return parts;
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

  /**
   * Parts side by side along one axis; all other extents are equal. Copies only when the parts do
   * not lie like this already.
   */
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
    Shape shape = first.with(resolved, extent);
    Tensor joined =
        inPlace(resolved, shape, parts).orElseGet(() -> concatenated(resolved, shape, parts));
    return record(new Step.Concatenate(resolved, List.of(parts), result(joined, parts)));
  }

  private Tensor concatenated(int axis, Shape shape, Variable... parts) {
    Tensor out = allocate(shape);
    int position = 0;
    for (Variable part : parts) {
      int end = position + part.shape().dim(axis);
      kernels().copy(part.tensor(), out.slice(axis, position, end));
      position = end;
    }
    return out;
  }

  /** The parts as one view, when they follow each other in memory along the first axis. */
  private static Optional<Tensor> inPlace(int axis, Shape shape, Variable... parts) {
    Tensor first = parts[0].tensor();
    long position = first.layout().offset();
    boolean follow = axis == 0;
    for (Variable part : parts) {
      Tensor tensor = part.tensor();
      follow &=
          tensor.buffer().equals(first.buffer())
              && tensor.layout().isContiguous()
              && tensor.layout().offset() == position;
      position += tensor.shape().size();
    }
    long[] strides = Layout.contiguous(shape).strides();
    return follow
        ? Optional.of(first.view(Layout.strided(shape, strides, first.layout().offset())))
        : Optional.empty();
  }

  // Common ground

  final Tensor allocate(Shape shape) {
    return scope.allocate(DType.F32, shape);
  }

  final Variable result(Tensor tensor, Variable... inputs) {
    return Variable.of(tensor, tape != null && requireGradient(inputs));
  }

  private static boolean requireGradient(Variable... inputs) {
    for (Variable input : inputs) {
      if (input.requiresGradient()) {
        return true;
      }
    }
    return false;
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
}
