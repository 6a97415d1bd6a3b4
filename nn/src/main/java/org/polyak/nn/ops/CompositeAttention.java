package org.polyak.nn.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Shape;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/**
 * Attention composed from verbs. The causal family uses the chunkwise form for every schedule: the
 * recurrence is a chunk of one token, the parallel form one chunk of all. Within, axes are [B, H,
 * N, ·].
 *
 * <p>Legend, with chunk-local rows t and keys j: S, n = −m and z are the carried state; Q and K
 * have passed the feature map. {@code num = Q S + carry ∘ (Q n) + ((Q Kᵀ) ∘ rows) V}; {@code den =
 * Q z + ((Q Kᵀ) ∘ triangle) 1 + ε}.
 */
final class CompositeAttention {
  private static final int AUTOMATIC_CHUNK = 64;

  /**
   * The state between chunks, axes [B, H, K, V] and [B, H, 1, K]; null parts are zero or unused.
   */
  private record Carry(
      @Nullable Variable memory, @Nullable Variable momentum, @Nullable Variable keySum) {}

  private CompositeAttention() {}

  /** Never has a state to return when not causal: the memory then is that of all keys. */
  static Attended attend(
      Ops ops,
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      @Nullable CarriedState initial) {
    Variable q = featureMap(ops, spec.featureMap(), ops.transpose(queries, 1, 2));
    Variable k = featureMap(ops, spec.featureMap(), ops.transpose(keys, 1, 2));
    Variable v = ops.transpose(values, 1, 2);
    if (keyLengths != null) {
      k = ops.multiply(k, realKeys(ops, keyLengths, k.shape().dim(2)));
    }
    return spec.causal()
        ? causal(ops, spec, q, k, v, keyLengths, initial)
        : full(ops, spec, q, k, v);
  }

  private static Attended full(Ops ops, AttentionSpec spec, Variable q, Variable k, Variable v) {
    Variable memory = ops.matmul(ops.transpose(k, 2, 3), v);
    Variable keySum = ops.sum(k, 2);
    Variable numerator = ops.matmul(q, memory);
    Variable out = normalise(ops, spec.normaliser(), numerator, k.shape().dim(2), q, keySum, null);
    return new Attended(tokensFirst(ops, out), new CarriedState(memory, null, null));
  }

  private static Attended causal(
      Ops ops,
      AttentionSpec spec,
      Variable q,
      Variable k,
      Variable v,
      int @Nullable [] keyLengths,
      @Nullable CarriedState initial) {
    int tokens = q.shape().dim(2);
    int length =
        switch (spec.schedule()) {
          case Schedule.Automatic automatic -> Math.min(tokens, AUTOMATIC_CHUNK);
          case Schedule.Recurrent recurrent -> 1;
          case Schedule.Chunked(int chosen) -> Math.min(tokens, chosen);
        };
    int[] freezing = spec.padding() == Padding.FREEZE ? keyLengths : null;
    Carry carry = carry(ops, initial);
    List<Variable> parts = new ArrayList<>();
    ChunkWeights weights = null;
    for (int start = 0; start < tokens; start += length) {
      int count = Math.min(length, tokens - start);
      if (weights == null || freezing != null || count < length) {
        weights = weights(ops, spec.rule(), freezing, start, count);
      }
      Variable qc = ops.slice(q, 2, start, start + count);
      Variable kc = ops.slice(k, 2, start, start + count);
      Variable vc = ops.slice(v, 2, start, start + count);
      parts.add(output(ops, spec, qc, kc, vc, weights, carry, tokens));
      carry = next(ops, spec, kc, vc, weights, carry);
    }
    Variable out = parts.size() == 1 ? parts.getFirst() : concatenate(ops, parts);
    return new Attended(tokensFirst(ops, out), state(ops, spec, carry, k.shape(), v.shape()));
  }

  private static ChunkWeights weights(
      Ops ops, UpdateRule rule, int @Nullable [] freezing, int start, int count) {
    return freezing == null
        ? ChunkWeights.of(ops, rule, 1, count, group -> count)
        : ChunkWeights.of(
            ops, rule, freezing.length, count, b -> Math.clamp(freezing[b] - start, 0, count));
  }

  private static Variable output(
      Ops ops,
      AttentionSpec spec,
      Variable q,
      Variable k,
      Variable v,
      ChunkWeights weights,
      Carry carry,
      int tokens) {
    Variable scores = ops.matmul(q, ops.transpose(k, 2, 3));
    Variable numerator = ops.matmul(ops.multiply(scores, weights.rows()), v);
    if (carry.memory() != null) {
      numerator = ops.add(numerator, ops.matmul(q, carry.memory()));
    }
    if (carry.momentum() != null) {
      Variable moved = ops.matmul(q, carry.momentum());
      numerator = ops.add(numerator, ops.multiply(moved, weights.carry()));
    }
    Variable within =
        spec.normaliser() instanceof Normaliser.KeySum
            ? ops.sum(ops.multiply(scores, weights.triangle()), 3)
            : null;
    return normalise(ops, spec.normaliser(), numerator, tokens, q, carry.keySum(), within);
  }

  private static Carry next(
      Ops ops, AttentionSpec spec, Variable k, Variable v, ChunkWeights weights, Carry carry) {
    Variable memory = outer(ops, ops.multiply(k, weights.lastRow()), v);
    if (carry.memory() != null) {
      memory = ops.add(memory, carry.memory());
    }
    Variable momentum = null;
    if (spec.rule() instanceof UpdateRule.Momentum) {
      momentum = outer(ops, ops.multiply(k, weights.decay()), v);
      if (carry.momentum() != null) {
        memory = ops.add(memory, ops.multiply(carry.momentum(), weights.lastCarry()));
        momentum = ops.add(momentum, ops.multiply(carry.momentum(), weights.lastDecay()));
      }
    }
    Variable keySum = null;
    if (spec.normaliser() instanceof Normaliser.KeySum) {
      keySum = ops.sum(k, 2);
      if (carry.keySum() != null) {
        keySum = ops.add(keySum, carry.keySum());
      }
    }
    return new Carry(memory, momentum, keySum);
  }

  private static Variable normalise(
      Ops ops,
      Normaliser normaliser,
      Variable numerator,
      int keyCount,
      Variable q,
      @Nullable Variable keySum,
      @Nullable Variable within) {
    return switch (normaliser) {
      case Normaliser.None none -> numerator;
      case Normaliser.SquareRootLength squareRoot -> ops.scale(numerator, 1 / Math.sqrt(keyCount));
      case Normaliser.KeySum(double epsilon) -> {
        Variable denominator = keySum == null ? null : ops.sum(ops.multiply(q, keySum), 3);
        if (denominator == null) {
          denominator = within;
        } else if (within != null) {
          denominator = ops.add(denominator, within);
        }
        if (denominator == null) {
          throw new IllegalStateException("The key sum is missing.");
        }
        yield ops.divide(numerator, ops.shift(denominator, epsilon));
      }
    };
  }

  private static Carry carry(Ops ops, @Nullable CarriedState initial) {
    if (initial == null) {
      return new Carry(null, null, null);
    }
    Variable momentum = initial.momentum();
    Variable keySum = initial.keySum();
    return new Carry(
        initial.memory(),
        momentum == null ? null : ops.unary(UnaryOp.NEGATE, momentum),
        keySum == null ? null : asRow(ops, keySum));
  }

  private static CarriedState state(
      Ops ops, AttentionSpec spec, Carry carry, Shape keys, Shape values) {
    if (carry.memory() == null) {
      return ops.initialState(spec, keys.dim(0), keys.dim(1), keys.dim(3), values.dim(3));
    }
    Variable keySum = carry.keySum();
    return new CarriedState(
        carry.memory(),
        carry.momentum() == null ? null : ops.unary(UnaryOp.NEGATE, carry.momentum()),
        keySum == null ? null : ops.reshape(keySum, keys.dim(0), keys.dim(1), keys.dim(3)));
  }

  /** Softmax over the keys that a row may see; a row that sees none is 0. */
  static Variable softmax(
      Ops ops,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      boolean causal,
      double scale) {
    Variable q = ops.transpose(queries, 1, 2);
    Variable k = ops.transpose(keys, 1, 2);
    Variable v = ops.transpose(values, 1, 2);
    Variable scores = ops.scale(ops.matmul(q, ops.transpose(k, 2, 3)), scale);
    Variable visible = visible(ops, q.shape(), k.shape().dim(2), keyLengths, causal);
    Variable limited = ops.select(visible, scores, ops.filled(-Float.MAX_VALUE));
    // A row that sees no key would weigh all alike.
    Variable weights = ops.multiply(ops.softmax(limited), visible);
    return tokensFirst(ops, ops.matmul(weights, v));
  }

  private static Variable visible(
      Ops ops, Shape queries, int keyCount, int @Nullable [] keyLengths, boolean causal) {
    int rows = causal ? queries.dim(2) : 1;
    int groups = keyLengths == null ? 1 : keyLengths.length;
    float[] mask = new float[groups * rows * keyCount];
    for (int g = 0; g < groups; g++) {
      int length = keyLengths == null ? keyCount : keyLengths[g];
      for (int i = 0; i < rows; i++) {
        int end = causal ? Math.min(i + 1, length) : length;
        int from = (g * rows + i) * keyCount;
        Arrays.fill(mask, from, from + end, 1);
      }
    }
    return ops.constant(mask, groups, 1, rows, keyCount);
  }

  private static Variable realKeys(Ops ops, int[] keyLengths, int keyCount) {
    float[] mask = new float[keyLengths.length * keyCount];
    for (int b = 0; b < keyLengths.length; b++) {
      Arrays.fill(mask, b * keyCount, b * keyCount + keyLengths[b], 1);
    }
    return ops.constant(mask, keyLengths.length, 1, keyCount, 1);
  }

  private static Variable featureMap(Ops ops, FeatureMap map, Variable x) {
    return switch (map) {
      case IDENTITY -> x;
      case ELU_PLUS_ONE -> ops.unary(UnaryOp.ELU_PLUS_ONE, x);
    };
  }

  private static Variable outer(Ops ops, Variable k, Variable v) {
    return ops.matmul(ops.transpose(k, 2, 3), v);
  }

  private static Variable asRow(Ops ops, Variable keySum) {
    Shape shape = keySum.shape();
    return ops.reshape(keySum, shape.dim(0), shape.dim(1), 1, shape.dim(2));
  }

  private static Variable concatenate(Ops ops, List<Variable> parts) {
    return ops.concatenate(2, parts.toArray(Variable[]::new));
  }

  private static Variable tokensFirst(Ops ops, Variable x) {
    return ops.contiguous(ops.transpose(x, 1, 2));
  }
}
