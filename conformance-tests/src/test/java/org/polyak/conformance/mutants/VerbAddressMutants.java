package org.polyak.conformance.mutants;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/** Verbs that read or write the wrong elements. */
final class VerbAddressMutants {
  private VerbAddressMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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

  private static Tensor longer(Tensor in, int axis) {
    Shape more = in.shape().with(axis, in.shape().dim(axis) + 1);
    Layout layout = Layout.strided(more, in.layout().strides(), in.layout().offset());
    boolean fits = layout.end() <= in.buffer().elements() && in.layout().stride(axis) == 1;
    return fits ? in.view(layout) : in;
  }
}
