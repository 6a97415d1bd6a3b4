package org.polyak.nn.ops;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.fused.UpdateRule;

/**
 * The scalars of the chunkwise form of momentum attention, computed on the host in double precision
 * from sums of non-negative terms, so that they stay accurate for β close to 1. The additive rule
 * is the case β = 0, γ = 1.
 *
 * <p>C tokens per chunk; G is the number of sequences, or 1 when all share the same scalars. With
 * padding that freezes the state, row t of a sequence takes the scalars of its last real row.
 *
 * @param rows {@code [G, 1, C, C]}: {@code γ Σ_{r=0}^{t−j} β^r}, what key j weighs in row t
 * @param carry {@code [G, 1, C, 1]}: {@code γ Σ_{r=1}^{t} β^r}, what the carried −m weighs in row t
 * @param lastRow {@code [G, 1, C, 1]}: {@code rows} of the last row
 * @param lastCarry {@code [G, 1, 1, 1]}: {@code carry} of the last row
 * @param decay {@code [G, 1, C, 1]}: {@code β^{C−j}}, what key j leaves in the carried −m
 * @param lastDecay {@code [G, 1, 1, 1]}: {@code β^C}
 * @param triangle {@code [1, 1, C, C]}: 1 for j ≤ t, else 0
 */
record ChunkWeights(
    Variable rows,
    Variable carry,
    Variable lastRow,
    Variable lastCarry,
    Variable decay,
    Variable lastDecay,
    Variable triangle) {

  /**
   * For one chunk.
   *
   * @param groups G
   * @param length C
   * @param realTokens how many of the chunk's tokens move the state of a group, in [0, C]
   */
  static ChunkWeights of(
      Ops ops, UpdateRule rule, int groups, int length, IntUnaryOperator realTokens) {
    double beta = rule instanceof UpdateRule.Momentum momentum ? momentum.beta() : 0;
    double gamma = rule instanceof UpdateRule.Momentum momentum ? momentum.gamma() : 1;
    double[] powers = new double[length + 1];
    double[] sums = new double[length + 1]; // sums[i] = Σ_{r=0}^{i} β^r
    double total = 0;
    for (int i = 0; i <= length; i++) {
      powers[i] = i == 0 ? 1 : powers[i - 1] * beta;
      total += powers[i];
      sums[i] = total;
    }
    float[] rows = new float[groups * length * length];
    float[] carry = new float[groups * length];
    float[] lastRow = new float[groups * length];
    float[] lastCarry = new float[groups];
    float[] decay = new float[groups * length];
    float[] lastDecay = new float[groups];
    for (int g = 0; g < groups; g++) {
      int real = realTokens.applyAsInt(g);
      for (int t = 1; t <= length; t++) {
        int moved = Math.min(t, real);
        carry[g * length + t - 1] = (float) (gamma * beta * sumsBefore(sums, moved));
        for (int j = 1; j <= moved; j++) {
          rows[(g * length + t - 1) * length + j - 1] = (float) (gamma * sums[moved - j]);
        }
      }
      for (int j = 1; j <= real; j++) {
        lastRow[g * length + j - 1] = (float) (gamma * sums[real - j]);
        decay[g * length + j - 1] = (float) powers[real - j];
      }
      lastCarry[g] = (float) (gamma * beta * sumsBefore(sums, real));
      lastDecay[g] = (float) powers[real];
    }
    float[] triangle = new float[length * length];
    for (int t = 0; t < length; t++) {
      Arrays.fill(triangle, t * length, t * length + t + 1, 1);
    }
    return new ChunkWeights(
        ops.constant(rows, groups, 1, length, length),
        ops.constant(carry, groups, 1, length, 1),
        ops.constant(lastRow, groups, 1, length, 1),
        ops.constant(lastCarry, groups, 1, 1, 1),
        ops.constant(decay, groups, 1, length, 1),
        ops.constant(lastDecay, groups, 1, 1, 1),
        ops.constant(triangle, 1, 1, length, length));
  }

  /** {@code Σ_{r=0}^{count−1} β^r}. */
  private static double sumsBefore(double[] sums, int count) {
    return count == 0 ? 0 : sums[count - 1];
  }
}
