package org.polyak.cpu;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/**
 * One attention problem: what is computed, on what sizes, from which random numbers.
 *
 * @param lengths keys that are no padding, by sequence; null for all
 * @param carried whether states enter and leave, with gradients
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AttentionCase(
    AttentionSpec spec,
    int batch,
    int queries,
    int keys,
    int heads,
    int keyDim,
    int valueDim,
    int @Nullable [] lengths,
    boolean carried,
    long seed) {

  boolean hasMomentum() {
    return spec.rule() instanceof UpdateRule.Momentum;
  }

  boolean hasKeySum() {
    return spec.normaliser() instanceof Normaliser.KeySum;
  }

  /** Everything that one run reads and writes. */
  final class Run {
    final float[] q;
    final float[] k;
    final float[] v;
    final float[] dOut;
    final @Nullable AttentionState initial;
    final @Nullable AttentionState last;
    final @Nullable AttentionState lastGradient;
    final @Nullable AttentionState initialGradient;
    final Tensor out;
    final Tensor dq;
    final Tensor dk;
    final Tensor dv;

    Run(GuardedMemory memory, FusedKernels kernels) {
      Random random = new Random(seed);
      int padded = batch * keys * heads;
      q = GuardedMemory.random(random, batch * queries * heads * keyDim, 1);
      k = GuardedMemory.random(random, padded * keyDim, 1);
      v = GuardedMemory.random(random, padded * valueDim, 1);
      dOut = GuardedMemory.random(random, batch * queries * heads * valueDim, 1);
      poisonPadding();
      AttentionInputs inputs =
          new AttentionInputs(
              memory.strided(q, batch, queries, heads, keyDim),
              memory.strided(k, batch, keys, heads, keyDim),
              memory.strided(v, batch, keys, heads, valueDim),
              lengths == null ? null : memory.ints(lengths));
      initial = carried ? state(memory, random) : null;
      last = carried ? state(memory, random) : null;
      lastGradient = carried ? state(memory, random) : null;
      initialGradient = carried ? state(memory, random) : null;
      out = memory.empty(batch, queries, heads, valueDim);
      dq = memory.empty(batch, queries, heads, keyDim);
      dk = memory.empty(batch, keys, heads, keyDim);
      dv = memory.empty(batch, keys, heads, valueDim);
      Support<AttentionKernel> support = kernels.attention(spec);
      AttentionKernel kernel = ((Support.Native<AttentionKernel>) support).kernel();
      Tensor saved = memory.empty(kernel.savedShape(inputs).dims());
      kernel.forward(inputs, initial, out, last, saved);
      kernel.backward(
          inputs,
          initial,
          out,
          saved,
          memory.floats(dOut, batch, queries, heads, valueDim),
          lastGradient,
          new AttentionGradients(dq, dk, dv, initialGradient));
    }

    /** What padding holds must not matter. */
    private void poisonPadding() {
      for (int b = 0; b < batch && lengths != null; b++) {
        for (int row = lengths[b]; row < keys; row++) {
          int at = (b * keys + row) * heads;
          Arrays.fill(k, at * keyDim, (at + heads) * keyDim, Float.NaN);
          Arrays.fill(v, at * valueDim, (at + heads) * valueDim, Float.NaN);
        }
      }
    }

    private AttentionState state(GuardedMemory memory, Random random) {
      int size = batch * heads * keyDim;
      float[] keySum = GuardedMemory.random(random, size, 1);
      for (int i = 0; i < size; i++) {
        keySum[i] = Math.abs(keySum[i]);
      }
      return new AttentionState(
          memory.floats(
              GuardedMemory.random(random, size * valueDim, 1), batch, heads, keyDim, valueDim),
          hasMomentum()
              ? memory.floats(
                  GuardedMemory.random(random, size * valueDim, 1), batch, heads, keyDim, valueDim)
              : null,
          hasKeySum() ? memory.floats(keySum, batch, heads, keyDim) : null);
    }

    /** The same head in double, computed forward and backward. */
    AttentionReference reference(int sequence, int head) {
      double beta = spec.rule() instanceof UpdateRule.Momentum m ? m.beta() : 0;
      double gamma = spec.rule() instanceof UpdateRule.Momentum m ? m.gamma() : 1;
      AttentionReference reference =
          new AttentionReference(
              queries,
              keyDim,
              valueDim,
              lengths == null ? keys : lengths[sequence],
              beta,
              gamma,
              hasMomentum(),
              spec.causal(),
              spec.padding() == Padding.FREEZE);
      reference.q = mapped(rows(q, sequence, queries, head, keyDim));
      reference.k = mapped(rows(k, sequence, keys, head, keyDim));
      reference.v = rows(v, sequence, keys, head, valueDim);
      reference.s0 = matrix(initial == null ? null : initial.memory(), sequence, head, 1);
      reference.n0 = matrix(initial == null ? null : initial.momentum(), sequence, head, -1);
      reference.z0 = vector(initial == null ? null : initial.keySum(), sequence, head);
      reference.forward(normalisation());
      reference.dOut = rows(dOut, sequence, queries, head, valueDim);
      reference.dLastS =
          matrix(lastGradient == null ? null : lastGradient.memory(), sequence, head, 1);
      reference.dLastN =
          matrix(lastGradient == null ? null : lastGradient.momentum(), sequence, head, -1);
      reference.dLastZ =
          vector(lastGradient == null ? null : lastGradient.keySum(), sequence, head);
      reference.backward(normalisation(), -1);
      return reference;
    }

    AttentionReference.Normalisation normalisation() {
      return switch (spec.normaliser()) {
        case Normaliser.None() -> new AttentionReference.Normalisation(1, false);
        case Normaliser.SquareRootLength() ->
            new AttentionReference.Normalisation(Math.sqrt(keys), false);
        case Normaliser.KeySum(double epsilon) ->
            new AttentionReference.Normalisation(epsilon, true);
      };
    }

    private double[][] mapped(double[][] x) {
      for (double[] row : x) {
        for (int i = 0; i < row.length && spec.featureMap() == FeatureMap.ELU_PLUS_ONE; i++) {
          row[i] = row[i] > 0 ? row[i] + 1 : Math.exp(row[i]);
        }
      }
      return x;
    }

    double[][] rows(float[] from, int sequence, int count, int head, int width) {
      double[][] result = new double[count][width];
      for (int row = 0; row < count; row++) {
        for (int i = 0; i < width; i++) {
          result[row][i] = from[((sequence * count + row) * heads + head) * width + i];
        }
      }
      return result;
    }

    double[][] matrix(@Nullable Tensor tensor, int sequence, int head, double sign) {
      double[][] result = new double[keyDim][valueDim];
      float[] from = tensor == null ? null : GuardedMemory.read(tensor);
      for (int i = 0; i < keyDim && from != null; i++) {
        for (int j = 0; j < valueDim; j++) {
          result[i][j] = sign * from[((sequence * heads + head) * keyDim + i) * valueDim + j];
        }
      }
      return result;
    }

    double[] vector(@Nullable Tensor tensor, int sequence, int head) {
      double[] result = new double[keyDim];
      float[] from = tensor == null ? null : GuardedMemory.read(tensor);
      for (int i = 0; i < keyDim && from != null; i++) {
        result[i] = from[(sequence * heads + head) * keyDim + i];
      }
      return result;
    }
  }

  @Override
  public String toString() {
    return "%s b%d n%d s%d h%d k%d v%d lengths %s carried %s seed %d"
        .formatted(
            spec,
            batch,
            queries,
            keys,
            heads,
            keyDim,
            valueDim,
            Arrays.toString(lengths),
            carried,
            seed);
  }
}
