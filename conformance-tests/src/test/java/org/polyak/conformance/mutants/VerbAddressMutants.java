package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.polyak.spi.Backend;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Verbs that read or write the wrong elements. */
final class VerbAddressMutants {
  /** Lanes of the vectors that these mutants pretend to have. */
  private static final int LANES = 8;

  /** Elements in the largest launch that they pretend to have. */
  private static final int GRID = 1 << 16;

  private VerbAddressMutants() {}

  static List<Mutant> all() {
    return List.of(
        mutant(
            "offset-ignored",
            "Arguments are read from the start of their buffer.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  Tensor read(Tensor in) {
                    return in.view(Layout.strided(in.shape(), in.layout().strides(), 0));
                  }
                },
            "VERB-COPY-001",
            "VERB-SIGN-004",
            "VERB-GATHER-002"),
        mutant(
            "target-offset-ignored",
            "Results are written to the start of their buffer.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  Tensor target(Tensor out) {
                    return out.view(Layout.strided(out.shape(), out.layout().strides(), 0));
                  }
                },
            "VERB-FILL-002",
            "VERB-COPY-001",
            "VERB-SCATTER-002"),
        mutant(
            "stride-ignored",
            "Arguments with gaps are read as if they were contiguous.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  Tensor read(Tensor in) {
                    return isBroadcast(in.layout()) ? in : contiguous(in);
                  }
                },
            "VERB-COPY-001",
            "VERB-GATHER-002",
            "VERB-SELECT-002"),
        mutant(
            "target-stride-ignored",
            "Results are written without the gaps that their layout asks for.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  Tensor target(Tensor out) {
                    return contiguous(out);
                  }
                },
            "VERB-FILL-001",
            "VERB-COPY-004",
            "VERB-EQUAL-006"),
        mutant(
            "broadcast-ignored",
            "Stride 0 counts as stride 1.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  Tensor read(Tensor in) {
                    long[] strides = in.layout().strides();
                    Arrays.setAll(strides, axis -> Math.max(1, strides[axis]));
                    Layout other = Layout.strided(in.shape(), strides, in.layout().offset());
                    return other.end() <= in.buffer().elements() ? in.view(other) : in;
                  }
                },
            "VERB-COPY-004",
            "VERB-SIGN-007",
            "VERB-ADD-006"),
        mutant(
            "transposed-factor-ignored",
            "The second factor of a product is read row by row although it lies in columns.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    boolean columns =
                        b.layout().stride(-2) == 1 && b.shape().rank() == 2 && b.shape().dim(1) > 1;
                    super.matmul(a, columns ? contiguous(b) : b, accumulate, out);
                  }
                },
            "VERB-MATMUL-016",
            "VERB-MATMUL-012",
            "VERB-MATMUL-013"),
        mutant(
            "batch-stride-ignored",
            "Every product of a batch takes the first matrix of the second factor.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    boolean batch = b.shape().rank() > 2 && b.shape().dim(0) > 1;
                    Tensor first = batch ? b.slice(0, 0, 1).broadcastTo(b.shape()) : b;
                    super.matmul(a, first, accumulate, out);
                  }
                },
            "VERB-MATMUL-018",
            "VERB-MATMUL-019"),
        mutant(
            "tail-skipped",
            "The last n mod 8 elements of an element-wise operation are left out.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void unary(UnaryOp op, Tensor in, Tensor out) {
                    int n = whole(in, out);
                    super.unary(op, head(in, n), head(out, n));
                  }

                  @Override
                  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
                    int n = whole(a, b, out);
                    super.binary(op, head(a, n), head(b, n), head(out, n));
                  }
                },
            "VERB-NEGATE-003",
            "VERB-ADD-002",
            "VERB-EQUAL-001"),
        mutant(
            "large-launch-cut",
            "Element-wise operations stop after 65,536 elements.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void unary(UnaryOp op, Tensor in, Tensor out) {
                    super.unary(op, cut(in, in, out), cut(out, in, out));
                  }

                  @Override
                  public void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
                    super.binary(op, cut(a, a, b, out), cut(b, a, b, out), cut(out, a, b, out));
                  }
                },
            "VERB-NEGATE-008",
            "VERB-EQUAL-007"),
        mutant(
            "batch-cut",
            "A product takes at most 65,535 matrices, the most that one axis of a grid can have.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    boolean cut = out.shape().rank() > 2 && out.shape().dim(0) >= GRID;
                    super.matmul(
                        cut ? a.slice(0, 0, GRID - 1) : a,
                        cut ? b.slice(0, 0, GRID - 1) : b,
                        accumulate,
                        cut ? out.slice(0, 0, GRID - 1) : out);
                  }
                },
            // Only one case has that many products.
            "VERB-MATMUL-029"),
        mutant(
            "reduced-rows-cut",
            "A reduction stops after 65,536 results.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    boolean cut = axis > 0 && out.shape().dim(0) > GRID;
                    super.reduce(
                        op,
                        cut ? in.slice(0, 0, GRID) : in,
                        axis,
                        cut ? out.slice(0, 0, GRID) : out);
                  }
                },
            "VERB-SUM-009",
            "VERB-MAX-008"),
        mutant(
            "four-axes-at-most",
            "Copies of more than four axes are refused.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void copy(Tensor in, Tensor out) {
                    if (in.shape().rank() > 4) {
                      throw new IllegalArgumentException("At most four axes, not " + in.shape());
                    }
                    super.copy(in, out);
                  }
                },
            // Only one case has more than four axes.
            "VERB-COPY-007"),
        mutant(
            "last-row-skipped",
            "A product with an odd number of rows leaves the last one out.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    int rows = out.shape().dim(-2);
                    int axis = out.shape().rank() - 2;
                    boolean odd = rows > 1 && rows % 2 == 1;
                    super.matmul(
                        odd ? a.slice(axis, 0, rows - 1) : a,
                        b,
                        accumulate,
                        odd ? out.slice(axis, 0, rows - 1) : out);
                  }
                },
            "VERB-MATMUL-003",
            "VERB-MATMUL-023",
            "VERB-MATMUL-026"),
        mutant(
            "inner-tail-skipped",
            "A product sums whole groups of 8 only, when it has at least one.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    int inner = a.shape().dim(-1);
                    int kept = inner < LANES ? inner : inner - inner % LANES;
                    int rank = a.shape().rank();
                    super.matmul(
                        a.slice(rank - 1, 0, kept), b.slice(rank - 2, 0, kept), accumulate, out);
                  }
                },
            "VERB-MATMUL-002",
            "VERB-MATMUL-003",
            "MEM-014"),
        mutant(
            "reads-past-the-end",
            "A sum along a contiguous axis takes one element too many.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    super.reduce(op, longer(in, axis), axis, out);
                  }
                },
            "VERB-SUM-003",
            "VERB-MAX-005"),
        mutant(
            "writes-past-the-end",
            "A copy or fill of an odd number of contiguous elements writes one more.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void fill(Tensor out, double value) {
                    int n = Math.toIntExact(out.shape().size());
                    boolean room = out.layout().offset() + n < out.buffer().elements();
                    boolean odd = out.layout().isContiguous() && n % 2 == 1;
                    super.fill(
                        odd && room ? at(out, Layout.contiguous(Shape.of(n + 1))) : out, value);
                  }

                  @Override
                  public void copy(Tensor in, Tensor out) {
                    boolean flat = in.layout().isContiguous() && out.layout().isContiguous();
                    int n = Math.toIntExact(in.shape().size());
                    Layout more = Layout.contiguous(Shape.of(n + 1));
                    boolean room =
                        in.layout().offset() + n < in.buffer().elements()
                            && out.layout().offset() + n < out.buffer().elements();
                    if (flat && room && n % 2 == 1) {
                      super.copy(at(in, more), at(out, more));
                    } else {
                      super.copy(in, out);
                    }
                  }
                },
            "VERB-FILL-004",
            "VERB-COPY-005",
            "VERB-FILL-002"),
        mutant(
            "first-axis-reduced",
            "A reduction along the last axis of a square matrix runs along the first.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    int rank = in.shape().rank();
                    boolean square =
                        rank > 1 && axis == rank - 1 && in.shape().dim(-1) == in.shape().dim(-2);
                    super.reduce(op, square ? in.transpose(-1, -2) : in, axis, out);
                  }
                },
            "VERB-MAX-003",
            "VERB-SUM-002"),
        mutant(
            "index-clamped",
            "An index beyond the table takes the last row instead of being refused.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
                    try (Scope scope = host.backend().openScope("clamped")) {
                      int last = table.shape().dim(0) - 1;
                      super.gatherRows(table, indices(scope, indices, i -> Math.min(i, last)), out);
                    }
                  }

                  @Override
                  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
                    try (Scope scope = host.backend().openScope("clamped")) {
                      int last = table.shape().dim(0) - 1;
                      super.scatterAddRows(
                          rows, indices(scope, indices, i -> Math.min(i, last)), table);
                    }
                  }

                  private Tensor indices(Scope scope, Tensor indices, IntUnaryOperator change) {
                    return host.integers(
                        scope, Arrays.stream(host.integers(indices)).map(change).toArray());
                  }
                },
            "VERB-GATHER-004",
            "VERB-SCATTER-005"),
        mutant(
            "negative-index-from-the-end",
            "A negative index counts rows from the end instead of being refused.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void gatherRows(Tensor table, Tensor indices, Tensor out) {
                    try (Scope scope = host.backend().openScope("wrapped")) {
                      super.gatherRows(table, wrapped(scope, indices, table), out);
                    }
                  }

                  @Override
                  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
                    try (Scope scope = host.backend().openScope("wrapped")) {
                      super.scatterAddRows(rows, wrapped(scope, indices, table), table);
                    }
                  }

                  private Tensor wrapped(Scope scope, Tensor indices, Tensor table) {
                    int count = table.shape().dim(0);
                    return host.integers(
                        scope,
                        Arrays.stream(host.integers(indices))
                            .map(i -> i < 0 ? i + count : i)
                            .toArray());
                  }
                },
            "VERB-GATHER-005",
            "VERB-SCATTER-006"),
        mutant(
            "integers-through-floats",
            "Copies of integers pass through binary32, which holds 24 bits.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void copy(Tensor in, Tensor out) {
                    if (in.dtype() == DType.F32) {
                      super.copy(in, out);
                    } else {
                      int[] values = host.integers(in);
                      Arrays.setAll(values, i -> (int) (float) values[i]);
                      host.backend().upload(MemorySegment.ofArray(values), out);
                    }
                  }
                },
            // Integers are copied nowhere else.
            "VERB-COPY-002"));
  }

  private static boolean isBroadcast(Layout layout) {
    for (int axis = 0; axis < layout.shape().rank(); axis++) {
      if (layout.stride(axis) == 0 && layout.shape().dim(axis) > 1) {
        return true;
      }
    }
    return false;
  }

  /** The same shape without gaps, from the same offset, where the buffer has room for it. */
  private static Tensor contiguous(Tensor tensor) {
    Layout dense = Layout.contiguous(tensor.shape());
    return tensor.layout().offset() + dense.end() <= tensor.buffer().elements()
        ? at(tensor, dense)
        : tensor;
  }

  /** Another layout, moved to where the tensor begins. */
  private static Tensor at(Tensor tensor, Layout layout) {
    return tensor.view(Layout.strided(layout.shape(), layout.strides(), tensor.layout().offset()));
  }

  /** The number of elements in whole vectors; −1 unless all are contiguous. */
  private static int whole(Tensor... tensors) {
    boolean flat = Arrays.stream(tensors).allMatch(t -> t.layout().isContiguous());
    int n = Math.toIntExact(tensors[0].shape().size());
    return flat ? n - n % LANES : -1;
  }

  private static Tensor head(Tensor tensor, int count) {
    return count < 0 ? tensor : at(tensor, Layout.contiguous(Shape.of(count)));
  }

  private static Tensor cut(Tensor tensor, Tensor... all) {
    boolean flat = Arrays.stream(all).allMatch(t -> t.layout().isContiguous());
    return flat && tensor.shape().size() > GRID ? head(tensor, GRID) : tensor;
  }

  private static Tensor longer(Tensor in, int axis) {
    Shape more = in.shape().with(axis, in.shape().dim(axis) + 1);
    Layout layout = Layout.strided(more, in.layout().strides(), in.layout().offset());
    boolean fits = layout.end() <= in.buffer().elements() && in.layout().stride(axis) == 1;
    return fits ? in.view(layout) : in;
  }

  /** A mutant of the heap backend with other verbs. */
  static Mutant mutant(
      String name, String bug, Function<Backend, Kernels> kernels, String... killers) {
    return new Mutant(
        name,
        bug,
        GoodBackend.HEAP,
        () -> {
          Backend good = GoodBackend.HEAP.open();
          Kernels broken = kernels.apply(good);
          return new DecoratedBackend(good) {
            @Override
            public Kernels kernels() {
              return broken;
            }
          };
        },
        List.of(killers));
  }
}
