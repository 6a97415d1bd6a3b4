package org.polyak.opencl;

import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/**
 * What {@code segments.cl} is read for: each reading is a program of its own, since the tensors
 * that play rows x, columns y and w differ in what they pass through.
 */
enum Reading {
  /** The output: keys, values, read by queries. */
  OUTPUT(Mapped.ROWS, false),
  /** Gradient of queries: values, keys, read by the gradient of numerators. */
  QUERIES(Mapped.COLUMNS, false),
  /** Gradient of values: queries, gradient of numerators, read by keys; from the last token. */
  VALUES(Mapped.ROWS, true),
  /** Gradient of keys: gradient of numerators, queries, read by values; from the last token. */
  KEYS(Mapped.COLUMNS, true);

  /** Where queries or keys are, which pass through φ. */
  private enum Mapped {
    /** In x and in w. */
    ROWS,
    /** In y; results, which are gradients of such, are multiplied by its slope. */
    COLUMNS
  }

  /** Work-items of a group of {@code numerator_gradient}. */
  static final int GROUP = 128;

  private static final int TILE = 8;

  /** Lanes of an NVIDIA warp. */
  private static final int WARP = 32;

  /** Tokens times channels of a loop's body: more hide latency, but registers run out. */
  private static final int MOST_UNROLLED = 256;

  /** With momentum, where latency hides less: its state leaves room for fewer groups. */
  private static final int MOST_UNROLLED_WITH_MOMENTUM = 512;

  private final Mapped mapped;
  private final boolean backward;

  Reading(Mapped mapped, boolean backward) {
    this.mapped = mapped;
    this.backward = backward;
  }

  /**
   * The options of the program.
   *
   * @param spec what attention computes
   * @param channels of keys and of values
   * @param assembler whether the device understands PTX
   */
  String options(AttentionSpec spec, int channels, boolean assembler) {
    boolean momentum = spec.rule() instanceof UpdateRule.Momentum;
    int unrolled = momentum ? MOST_UNROLLED_WITH_MOMENTUM : MOST_UNROLLED;
    boolean map = spec.featureMap() == FeatureMap.ELU_PLUS_ONE;
    boolean rows = map && mapped == Mapped.ROWS;
    boolean columns = map && mapped == Mapped.COLUMNS;
    return "-DREADS=%s -DD=%d -DMOMENTUM=%d -DBACKWARD=%d -DSUMS=%d -DTILE=%d -DUNROLL=%d -DGROUP=%d -DWARP=%d"
            .formatted(
                name(),
                channels,
                flag(momentum),
                flag(backward),
                flag(spec.normaliser() instanceof Normaliser.KeySum),
                TILE,
                assembler ? Math.clamp(unrolled / channels, 1, TILE) : 1,
                GROUP,
                flag(assembler && channels == WARP))
        + " -DX_PHI=%d -DY_PHI=%d -DW_PHI=%d -DSLOPE=%d"
            .formatted(flag(rows), flag(columns), flag(rows), flag(columns));
  }

  private static int flag(boolean value) {
    return value ? 1 : 0;
  }
}
