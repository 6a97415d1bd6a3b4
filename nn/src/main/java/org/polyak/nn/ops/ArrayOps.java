package org.polyak.nn.ops;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
    Shape shape = shape(dims);
    require(shape.size() == length, "constant", "%d values do not fill shape %s", length, shape);
    Tensor tensor = scope.allocate(dtype, shape);
    engine.backend().upload(host, tensor);
    return Variable.constant(tensor);
  }

  /** One value everywhere. */
  public final Variable filled(double value, int... dims) {
    Tensor tensor = allocate(shape(dims));
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
    return reshape(x, shape(dims));
  }

  /**
   * The same elements in the same order under another shape; copies where strides forbid a view.
   */
  public final Variable reshape(Variable x, Shape shape) {
    if (shape.equals(x.shape())) {
      return x;
    }
    Layout layout = x.tensor().layout().reshape(shape);
    Variable source = layout == null ? copy(x) : x;
    Tensor view = source.tensor().view(layout == null ? Layout.contiguous(shape) : layout);
    Variable out = result(view, source);
    return records(out) ? record(new Step.Reshape(source, out)) : out;
  }

  /** Axes in a new order: axis i of the result is axis {@code order[i]}. */
  public final Variable permute(Variable x, int... order) {
    Variable out = result(x.tensor().permute(order), x);
    if (!records(out)) {
      return out;
    }
    List<Integer> axes = new ArrayList<>(order.length);
    for (int axis : order) {
      axes.add(x.shape().axis(axis));
    }
    return record(new Step.Permute(x, axes, out));
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
    Variable out = result(x.tensor().slice(resolved, from, to), x);
    return records(out) ? record(new Step.Slice(x, resolved, from, out)) : out;
  }

  /** Parts that follow each other along one axis and make up all of it, without a copy. */
  public final List<Variable> split(Variable x, int axis, int... extents) {
    int resolved = x.shape().axis(axis);
    int whole = 0;
    for (int extent : extents) {
      whole += extent;
    }
    if (whole != x.shape().dim(resolved)) {
      throw refusal(
          "split",
          "extents %s do not make up the %d of axis %d",
          Arrays.toString(extents),
          x.shape().dim(resolved),
          axis);
    }
    Variable source = splittable(x);
    Layout layout = source.tensor().layout();
    Variable[] parts = new Variable[extents.length];
    int position = 0;
    for (int i = 0; i < extents.length; i++) {
      Shape shape = shapes().with(x.shape(), resolved, extents[i]);
      parts[i] = result(source.tensor().view(layout.part(resolved, position, shape)), source);
      position += extents[i];
    }
    return parts(source, parts);
  }

  /**
   * The heads of several kinds that lie side by side along the last axis, without a copy.
   *
   * @param x {@code [.., E]}
   * @param heads H, of each kind
   * @param channels D of the heads of each kind; E is the sum of all H·D
   * @return {@code [.., H, D]} for each kind
   */
  public final List<Variable> splitHeads(Variable x, int heads, int... channels) {
    Shape joined = x.shape();
    int whole = 0;
    for (int each : channels) {
      whole += heads * each;
    }
    if (whole != joined.dim(-1)) {
      throw refusal(
          "splitHeads",
          "%d heads of %s channels do not make up the %d of the last axis",
          heads,
          Arrays.toString(channels),
          joined.dim(-1));
    }
    Variable source = splittable(x);
    Layout layout = source.tensor().layout();
    Variable[] parts = new Variable[channels.length];
    int[] dims = Arrays.copyOf(joined.dims(), joined.rank() + 1);
    dims[joined.rank() - 1] = heads;
    int position = 0;
    for (int i = 0; i < channels.length; i++) {
      dims[joined.rank()] = channels[i];
      Shape part = shapes().with(joined, -1, heads * channels[i]);
      Layout byHead = layout.part(-1, position, part).reshape(shape(dims));
      parts[i] = result(source.tensor().view(Objects.requireNonNull(byHead)), source);
      position += heads * channels[i];
    }
    return parts(source, parts);
  }

  /** What fills its memory, so that a part of its gradient lies there as the part lies here. */
  private Variable splittable(Variable x) {
    boolean fills = x.tensor().layout().equals(Layout.contiguous(x.shape()));
    return fills || tape == null ? x : copy(x);
  }

  private List<Variable> parts(Variable whole, Variable... parts) {
    List<Variable> list = List.of(parts);
    if (parts.length > 0 && records(parts[0])) {
      record(new Step.Split(whole, list));
    }
    return list;
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

  /** As {@link #contiguous(Variable)}, of a value without a gradient. */
  public final Tensor contiguous(Tensor x) {
    return x.layout().isContiguous() ? x : copy(Variable.constant(x)).tensor();
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
      if (part.shape().rank() != first.rank()
          || !part.shape().with(resolved, first.dim(resolved)).equals(first)) {
        throw refusal(
            "concatenate", "shapes %s and %s differ beyond axis %d", first, part.shape(), resolved);
      }
      extent += part.shape().dim(resolved);
    }
    Shape shape = shapes().with(first, resolved, extent);
    Tensor joined =
        resolved == 0 && followEachOther(parts)
            ? parts[0].tensor().view(Layout.contiguous(shape, parts[0].tensor().layout().offset()))
            : concatenated(resolved, shape, parts);
    return record(new Step.Concatenate(resolved, List.of(parts), result(joined, parts)));
  }

  /**
   * As {@link #concatenate} for parts that were cut out of one tensor along an axis.
   *
   * @param parts all of them, in their order
   */
  public final Variable whole(Tensor tensor, int axis, List<Variable> parts) {
    int extent = 0;
    boolean gradient = false;
    for (int i = 0; i < parts.size(); i++) {
      extent += parts.get(i).shape().dim(axis);
      gradient |= parts.get(i).requiresGradient();
    }
    if (extent != tensor.shape().dim(axis)) {
      throw refusal("whole", "parts %s do not make up axis %d of %s", parts, axis, tensor.shape());
    }
    Variable out = Variable.of(tensor, tape != null && gradient);
    return records(out) ? record(new Step.Concatenate(axis, parts, out)) : out;
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

  private static boolean followEachOther(Variable... parts) {
    Tensor first = parts[0].tensor();
    long position = first.layout().offset();
    boolean follow = true;
    for (Variable part : parts) {
      Tensor tensor = part.tensor();
      follow &=
          tensor.buffer().equals(first.buffer())
              && tensor.layout().isContiguous()
              && tensor.layout().offset() == position;
      position += tensor.shape().size();
    }
    return follow;
  }

  // Common ground

  final Shapes shapes() {
    return engine.shapes();
  }

  final Shape shape(int... dims) {
    return engine.shapes().of(dims);
  }

  final Tensor allocate(Shape shape) {
    return scope.allocate(DType.F32, shape);
  }

  final Variable result(Tensor tensor, Variable... inputs) {
    return Variable.of(tensor, tape != null && requireGradient(inputs));
  }

  final Variable result(Tensor tensor, Variable a) {
    return Variable.of(tensor, tape != null && a.requiresGradient());
  }

  final Variable result(Tensor tensor, Variable a, Variable b) {
    return Variable.of(tensor, tape != null && (a.requiresGradient() || b.requiresGradient()));
  }

  final Variable result(Tensor tensor, Variable a, Variable b, Variable c) {
    return Variable.of(
        tensor,
        tape != null && (a.requiresGradient() || b.requiresGradient() || c.requiresGradient()));
  }

  private static boolean requireGradient(Variable... inputs) {
    for (Variable input : inputs) {
      if (input.requiresGradient()) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@link #record} keeps a step with this result: if not, none need be made. */
  final boolean records(Variable out) {
    return tape != null && out.requiresGradient();
  }

  final Variable record(Step step) {
    if (tape != null && step.out().requiresGradient()) {
      tape.record(step);
    }
    return step.out();
  }

  static void requireF32(String operation, Variable x) {
    if (x.dtype() != DType.F32) {
      throw refusal(operation, "needs F32, not %s", x);
    }
  }

  /** For operations that are not part of every step: the arguments are gathered in any case. */
  static void require(boolean condition, String operation, String message, Object... arguments) {
    if (!condition) {
      throw refusal(operation, message, arguments);
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // The annotation would cost a dependency.
  static IllegalArgumentException refusal(String operation, String message, Object... arguments) {
    return new IllegalArgumentException(operation + ": " + message.formatted(arguments) + ".");
  }
}
