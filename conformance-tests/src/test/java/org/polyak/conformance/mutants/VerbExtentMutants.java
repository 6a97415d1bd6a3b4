package org.polyak.conformance.mutants;

import java.util.Arrays;
import java.util.List;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.Layout;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Verbs that leave elements out. */
final class VerbExtentMutants {
  /** Lanes of the vectors that these mutants pretend to have. */
  private static final int LANES = 8;

  /** Elements in the largest launch that they pretend to have. */
  private static final int GRID = 1 << 16;

  /** Rows, and columns, in the largest tiled product that they pretend to have. */
  private static final int TILES = 1 << 10;

  private VerbExtentMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
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
        Mutant.verbs(
            "rows-begin-again",
            "A product of more than 1,024 rows and columns begins again after 1,024 rows.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    super.matmul(a, b, accumulate, out);
                    if (isLarge(out)) {
                      int rows = Math.min(TILES, out.shape().dim(0) - TILES);
                      Tensor again = out.slice(0, TILES, TILES + rows);
                      super.matmul(a.slice(0, 0, rows), b, false, again);
                    }
                  }
                },
            "VERB-MATMUL-030",
            "VERB-MATMUL-033"),
        Mutant.verbs(
            "last-element-repeated",
            "A large product has its last element twice, the second time in its neighbour's place.",
            good ->
                new DecoratedKernels(good) {
                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    super.matmul(a, b, accumulate, out);
                    if (isLarge(out)) {
                      int rows = out.shape().dim(0);
                      int columns = out.shape().dim(1);
                      Tensor last = out.slice(0, rows - 1, rows);
                      super.copy(
                          last.slice(1, columns - 1, columns),
                          last.slice(1, columns - 2, columns - 1));
                    }
                  }
                },
            "VERB-MATMUL-031",
            "VERB-MATMUL-032"));
  }

  private static boolean isLarge(Tensor out) {
    return out.shape().rank() == 2 && out.shape().dim(0) > TILES && out.shape().dim(1) > TILES;
  }

  /** The number of elements in whole vectors; −1 unless all are contiguous. */
  private static int whole(Tensor... tensors) {
    boolean flat = Arrays.stream(tensors).allMatch(t -> t.layout().isContiguous());
    int n = Math.toIntExact(tensors[0].shape().size());
    return flat ? n - n % LANES : -1;
  }

  private static Tensor head(Tensor tensor, int count) {
    return count < 0
        ? tensor
        : tensor.view(Layout.strided(Shape.of(count), new long[] {1}, tensor.layout().offset()));
  }

  private static Tensor cut(Tensor tensor, Tensor... all) {
    boolean flat = Arrays.stream(all).allMatch(t -> t.layout().isContiguous());
    return flat && tensor.shape().size() > GRID ? head(tensor, GRID) : tensor;
  }
}
