package org.polyak.opencl;

import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * What the filter of {@code segmentlanes.cl} is read for: each reading is a program of its own,
 * since the tensors that play rows x, columns y and w differ in what they pass through.
 */
enum Reading {
  /** The output: keys, values, read by queries. */
  OUTPUT(Mapped.ROWS, false),
  /** Gradient of queries: values, keys, read by the gradient of numerators. */
  QUERIES(Mapped.COLUMNS, false),
  /**
   * Gradients of values and of keys: queries, gradient of numerators, read by keys and by values;
   * from the last token.
   */
  PAIRS(Mapped.ROWS, true);

  /** Where queries or keys are, which pass through φ. */
  private enum Mapped {
    /** In x and in w. */
    ROWS,
    /** In y; results, which are gradients of such, are multiplied by its slope. */
    COLUMNS
  }

  /** Work-items of a group of {@code numerator_gradient}. */
  static final int GROUP = 128;

  /** Lanes of an NVIDIA warp. */
  private static final int WARP = 32;

  private final Mapped mapped;
  private final boolean backward;

  Reading(Mapped mapped, boolean backward) {
    this.mapped = mapped;
    this.backward = backward;
  }

  /**
   * The options of a program.
   *
   * @param source what is built
   * @param spec what attention computes
   * @param channels of keys and of values
   * @param assembler whether the device understands PTX
   */
  String options(SegmentSource source, AttentionSpec spec, int channels, boolean assembler) {
    boolean momentum = spec.rule() instanceof UpdateRule.Momentum;
    LaneShare share = LaneShare.of(source, this, channels, momentum);
    boolean map = spec.featureMap() == FeatureMap.ELU_PLUS_ONE;
    boolean rows = map && mapped == Mapped.ROWS;
    boolean columns = map && mapped == Mapped.COLUMNS;
    return "-DREADS=%s -DD=%d -DMOMENTUM=%d -DBACKWARD=%d -DSUMS=%d"
            .formatted(
                name(),
                channels,
                flag(momentum),
                flag(backward),
                flag(spec.normaliser() instanceof Normaliser.KeySum))
        + " -DROW_BLOCKS=%d -DCOLUMN_BLOCKS=%d -DTILE=%d -DUNROLL=%d -DGROUP=%d -DWARP=%d"
            .formatted(
                share.rowBlocks(),
                share.columnBlocks(),
                share.tile(),
                assembler ? share.unrolled() : 1,
                GROUP,
                flag(assembler && channels == WARP))
        + " -DX_PHI=%d -DY_PHI=%d -DW_PHI=%d -DSLOPE=%d"
            .formatted(flag(rows), flag(columns), flag(rows), flag(columns));
  }

  private static int flag(boolean value) {
    return value ? 1 : 0;
  }
}
