package org.polyak.cpu;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/**
 * The gradients of linear attention for the heads of one task. With {@code out_i = s_iᵀ φ(q_i) /
 * d_i}, the gradient dN_i of the numerator and dd_i of the denominator, two passes over the tokens:
 *
 * <ul>
 *   <li>forward, {@link QueryGradient}: {@code dφ(q_i) = s_i dN_i + dd_i z_i};
 *   <li>in reverse, {@link KeyValueGradient}: with e_i the gradient for {@code φ(k_i) v_iᵀ}, {@code
 *       dφ(k_i) = e_i v_i + Σ_{t≥i} dd_t φ(q_t)} and {@code dv_i = e_iᵀ φ(k_i)}.
 * </ul>
 *
 * <p>Each is a {@link CausalScan} over other vectors, so no state of the forward pass is kept.
 */
final class AttentionBackward {
  /** Six matrices of each head lie in the second-level cache beside four states. */
  private static final int MATRIX_FLOATS = 2048;

  private final AttentionSpec spec;
  private final HeadRows rows;
  private final GemmBlocks products;
  private final CausalScan memoryScan;
  private final CausalScan completeScan;

  /**
   * A backward pass.
   *
   * @param memoryScan enough when nothing depends on the last momentum
   * @param completeScan with all states
   */
  AttentionBackward(
      AttentionSpec spec,
      HeadRows rows,
      GemmBlocks products,
      CausalScan memoryScan,
      CausalScan completeScan) {
    this.spec = spec;
    this.rows = rows;
    this.products = products;
    this.memoryScan = memoryScan;
    this.completeScan = completeScan;
  }

  /** The arguments of one backward pass; see {@link org.polyak.spi.fused.AttentionKernel}. */
  record Task(
      HeadShape shape,
      AttentionInputs inputs,
      @Nullable AttentionState initial,
      Tensor out,
      Tensor saved,
      Tensor outGradient,
      @Nullable AttentionState lastGradient,
      AttentionGradients gradients) {}

  /** Computes one group of heads. */
  void run(Task task, HeadGroups groups, int group, Worker worker) {
    boolean momentumMatters = task.lastGradient() != null && task.lastGradient().momentum() != null;
    CausalScan scan = momentumMatters ? completeScan : memoryScan;
    Heads heads = worker.kept(this, Heads.class);
    if (heads == null || !heads.fits(task, groups, scan)) {
      heads = new Heads(task, groups, scan, Scratch.kept(worker));
      worker.keep(this, heads);
    }
    heads.run(task, group);
  }

  /**
   * The rows, states and passes of the heads of one task. A thread keeps it from task to task, and
   * from pass to pass of one shape.
   */
  private final class Heads {
    private final HeadShape shape;
    private final HeadGroups groups;
    private final CausalScan scan;
    private final HeadGradientRows gradients;
    private final QueryGradient queries;
    private final KeyValueGradient keysAndValues;

    Heads(Task task, HeadGroups groups, CausalScan scan, Scratch scratch) {
      this.shape = task.shape();
      this.groups = groups;
      this.scan = scan;
      GradientBlock block =
          new GradientBlock(
              shape,
              groups.perTask(),
              scan.blockTokens(shape, MATRIX_FLOATS),
              scan,
              rows.lanes(),
              scratch);
      gradients = new HeadGradientRows(spec, rows, task, groups, block, scratch);
      queries = new QueryGradient(spec, products, scan, gradients, scratch);
      keysAndValues = new KeyValueGradient(spec, products, scan, gradients, scratch);
    }

    boolean fits(Task other, HeadGroups otherGroups, CausalScan otherScan) {
      return shape.equals(other.shape()) && groups.equals(otherGroups) && scan.equals(otherScan);
    }

    void run(Task task, int group) {
      gradients.moveTo(task, group);
      queries.run();
      keysAndValues.run();
    }
  }
}
