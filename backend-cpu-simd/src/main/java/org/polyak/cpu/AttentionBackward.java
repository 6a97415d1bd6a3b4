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

  /** What a thread needs to compute the heads of one task after the other. */
  WorkerPool.Share share(Task task, HeadGroups groups, Worker worker) {
    boolean momentumMatters = task.lastGradient() != null && task.lastGradient().momentum() != null;
    return new Heads(task, groups, momentumMatters ? completeScan : memoryScan, worker);
  }

  /** The rows, states and passes of the heads of one task. */
  private final class Heads implements WorkerPool.Share {
    private final Scratch scratch;
    private final HeadGradientRows gradients;
    private final QueryGradient queries;
    private final KeyValueGradient keysAndValues;

    Heads(Task task, HeadGroups groups, CausalScan scan, Worker worker) {
      scratch = new Scratch(worker);
      GradientBlock block =
          new GradientBlock(
              task.shape(),
              groups.perTask(),
              scan.blockTokens(task.shape(), MATRIX_FLOATS),
              scratch);
      gradients = new HeadGradientRows(spec, rows, task, groups, block, scratch);
      queries = new QueryGradient(spec, products, scan, gradients, scratch);
      keysAndValues = new KeyValueGradient(spec, products, scan, gradients, scratch);
    }

    @Override
    public void run(int group) {
      gradients.moveTo(group);
      queries.run();
      keysAndValues.run();
    }

    @Override
    public void close() {
      scratch.close();
    }
  }
}
