package org.polyak.opencl;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * For GPUs: tiles of the result from tiles of both factors in local memory, in float32 or by tensor
 * cores. Each matrix needs one contiguous axis.
 */
final class TiledProduct implements ProductStrategy {
  /** Numbers that are copied at a time. */
  private static final int QUAD = 4;

  /** One tile is copied while another is read. */
  private static final int LEAST_STAGES = 2;

  private static final int SUM_GROUP = 128;

  /**
   * Multiply-adds from which on, and rows, it pays to turn the second factor before a product in
   * which both lie along the inner axis: in float32 because both would have to be turned tile by
   * tile, for tensor cores because of how their tiles are read from memory.
   */
  private static final long TURNED_FIRST = 1L << 30;

  private static final long TURNED_FIRST_FOR_TENSOR_CORES = 1L << 34;

  private static final int TURNED_FIRST_ROWS = 1024;

  private final OpenClDevice device;
  private final Precision precision;
  private final Transposition transposition;
  private final List<Tile> tiles;
  private final Map<Variant, Kernel> kernels = new HashMap<>();
  private final Map<Situation, TilePlan> plans = new HashMap<>();

  /** What decides which kernel is compiled. */
  private record Variant(Tile tile, Lines a, Lines b, boolean edges, String epilogue) {}

  /**
   * How a factor lies in memory.
   *
   * @param byInner whether its lines follow the inner axis
   * @param byQuads whether all of them begin at multiples of a quad
   */
  private record Lines(boolean byInner, boolean byQuads) {
    /**
     * Those of a factor.
     *
     * @param inner the inner axis, -1 or -2
     */
    static Lines of(Layout layout, int inner) {
      int across = -3 - inner;
      boolean byInner = layout.stride(inner) == 1;
      return new Lines(byInner, isAligned(layout, byInner ? across : inner));
    }
  }

  /** What decides how the work is shared out; factors along the inner axis have to be turned. */
  private record Situation(TilePlan.Extents extents, int turned) {}

  /** A product with all that was decided about it. */
  private record Work(Product product, Loops batches, TilePlan plan, Kernel kernel) {}

  TiledProduct(OpenClDevice device) {
    this.device = device;
    this.precision = device.traits().precision();
    this.transposition = new Transposition(device);
    long localMemory = device.queue().device().localMemoryBytes();
    this.tiles =
        Tile.all(precision).stream()
            .filter(tile -> tile.stages(localMemory) >= LEAST_STAGES)
            .filter(tile -> tile.threads() <= device.traits().groupSize())
            .toList();
  }

  @Override
  public boolean accepts(Product product) {
    Product oriented = product.alongColumns();
    return !tiles.isEmpty()
        && oriented.out().layout().stride(-1) == 1
        && hasLines(oriented.a().layout())
        && hasLines(oriented.b().layout());
  }

  @Override
  public void submit(Product product) {
    Product oriented = product.alongColumns();
    if (isTurnedFirst(oriented)) {
      try (Scope scope = Scope.open("matmul", device.pool())) {
        submitOriented(oriented.withRight(turned(oriented.b(), scope)));
      }
    } else {
      submitOriented(oriented);
    }
  }

  private boolean isTurnedFirst(Product product) {
    long least = precision == Precision.F32 ? TURNED_FIRST : TURNED_FIRST_FOR_TENSOR_CORES;
    return product.out().shape().rank() == 2
        && Lines.of(product.a().layout(), -1).byInner()
        && Lines.of(product.b().layout(), -2).byInner()
        && product.rows() >= TURNED_FIRST_ROWS
        && (long) product.rows() * product.inner() * product.columns() >= least;
  }

  /** The same matrix with its rows contiguous; itself where it is too narrow to be turned. */
  private Tensor turned(Tensor matrix, Scope scope) {
    Tensor turned = scope.allocate(DType.F32, matrix.shape());
    return transposition.copy(matrix, turned) ? turned : matrix;
  }

  private void submitOriented(Product oriented) {
    Lines a = Lines.of(oriented.a().layout(), -1);
    Lines b = Lines.of(oriented.b().layout(), -2);
    Loops batches = oriented.batches();
    TilePlan.Extents extents =
        new TilePlan.Extents(batches.size(), oriented.rows(), oriented.inner(), oriented.columns());
    int turned = (a.byInner() ? 1 : 0) + (b.byInner() ? 1 : 0);
    TilePlan plan = plans.computeIfAbsent(new Situation(extents, turned), this::plan);
    boolean whole =
        plan.tile().divides(oriented.rows(), oriented.inner(), oriented.columns())
            && isAligned(oriented.out().layout(), -2);
    String epilogue = plan.parts() == 1 ? Epilogue.options(oriented.epilogue()) : "";
    Kernel kernel =
        kernels.computeIfAbsent(new Variant(plan.tile(), a, b, !whole, epilogue), this::build);
    Work work = new Work(oriented, batches, plan, kernel);
    for (long[] start : batches.starts()) {
      if (plan.parts() == 1) {
        prepare(work, start, oriented.result(batches, start), 0, oriented.accumulate());
        launch(work, Epilogue.arguments(kernel, oriented.epilogue()));
      } else {
        submitParts(work, start);
      }
    }
  }

  /** Sums of each part of the inner axis first, then their sum, which the epilogue is for. */
  private void submitParts(Work work, long[] start) {
    Product product = work.product();
    Loops batches = work.batches();
    int count = work.plan().parts();
    int batch = Math.toIntExact(batches.size());
    try (Scope scope = Scope.open("matmul", device.pool())) {
      Tensor parts =
          scope.allocate(DType.F32, Shape.of(count, batch, product.rows(), product.columns()));
      long matrix = (long) product.rows() * product.columns();
      long outer = matrix * batches.extents()[1];
      Operand to = new Operand(parts, 0, outer, matrix, product.columns(), 1);
      prepare(work, start, to, matrix * batch, false);
      launch(work, work.kernel());
      Kernel sum = device.kernel("matmul", Epilogue.options(product.epilogue()), "add_parts");
      product.result(batches, start).passTo(sum);
      sum.memory(OpenClBuffer.memory(parts))
          .integer(count)
          .integer(product.rows())
          .integer(product.columns())
          .integer(batches.extents()[1])
          .integer(product.accumulate() ? 1 : 0);
      Epilogue.arguments(sum, product.epilogue())
          .launch(
              device.queue(),
              new long[] {Groups.cover(product.columns(), SUM_GROUP), product.rows(), batch},
              new long[] {SUM_GROUP, 1, 1});
    }
  }

  /**
   * Hands the tiles all but what an epilogue needs.
   *
   * @param to where the sums go
   * @param partStep distance there between the sums of the inner axis' parts
   */
  private void prepare(Work work, long[] start, Operand to, long partStep, boolean accumulate) {
    Product product = work.product();
    Loops batches = work.batches();
    Kernel kernel = work.kernel();
    to.passTo(kernel.begin());
    kernel.integer(partStep);
    product.left(batches, start).passTo(kernel);
    product.right(batches, start).passTo(kernel);
    kernel
        .integer(product.rows())
        .integer(product.inner())
        .integer(product.columns())
        .integer(work.plan().depth())
        .integer(batches.extents()[1])
        .integer(accumulate ? 1 : 0);
  }

  private void launch(Work work, Kernel prepared) {
    Product product = work.product();
    Tile tile = work.plan().tile();
    prepared.launch(
        device.queue(),
        new long[] {
          tile.cover(product.rows(), product.columns()) * tile.threads(),
          work.plan().parts(),
          work.batches().size()
        },
        new long[] {tile.threads(), 1, 1});
  }

  private TilePlan plan(Situation situation) {
    List<Tile> suitable =
        tiles.stream().filter(tile -> tile.mostTurned() >= situation.turned()).toList();
    return TilePlan.choose(suitable, situation.extents(), device.traits().computeUnits());
  }

  private Kernel build(Variant variant) {
    Tile tile = variant.tile();
    boolean assembler = device.traits().assembler();
    boolean limited = assembler && tile.registers() < Tile.MOST_REGISTERS;
    String options =
        "-DROWS=%d -DCOLUMNS=%d -DWARP_ROWS=%d -DWARP_COLUMNS=%d -DSTAGES=%d -DA_BY_INNER=%d -DB_BY_INNER=%d -DA_BY_QUADS=%d -DB_BY_QUADS=%d -DEDGES=%d -DTF32=%d -DPTX=%d -DLIMITED=%d %s%s"
            .formatted(
                tile.rows(),
                tile.columns(),
                tile.warpRows(),
                tile.warpColumns(),
                tile.stages(device.queue().device().localMemoryBytes()),
                variant.a().byInner() ? 1 : 0,
                variant.b().byInner() ? 1 : 0,
                variant.a().byQuads() ? 1 : 0,
                variant.b().byQuads() ? 1 : 0,
                variant.edges() ? 1 : 0,
                precision == Precision.TF32 ? 1 : 0,
                assembler ? 1 : 0,
                limited ? 1 : 0,
                variant.epilogue(),
                limited ? " -cl-nv-maxrregcount=" + tile.registers() : "");
    return device.kernel("matmultiles", options, "tile");
  }

  private static boolean hasLines(Layout layout) {
    return layout.stride(-1) == 1 || layout.stride(-2) == 1;
  }

  /** Whether all lines begin at a multiple of a quad, given the axis across the lines. */
  private static boolean isAligned(Layout layout, int across) {
    boolean aligned = layout.offset() % QUAD == 0 && layout.stride(across) % QUAD == 0;
    for (int axis = 0; axis < layout.shape().rank() - 2; axis++) {
      aligned &= layout.stride(axis) % QUAD == 0;
    }
    return aligned;
  }
}
