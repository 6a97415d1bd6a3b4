package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.fused.FeatureMap;

/**
 * {@link HeadRows} on the Vector API. The first two vectors of a row are copied without a loop: a
 * loop of two passes costs more than what it does. Only {@link #load} has no such copy: with a
 * third copy of the feature map the compiler no longer inlines all of them.
 */
final class VectorHeadRows implements HeadRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorHeadRows() {}

  @Override
  public int lanes() {
    return L;
  }

  @Override
  public void load(
      FeatureMap map,
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[][] to,
      int toRow,
      int toStep,
      int toStride) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < count; row++) {
      int source = fromOffset + row * fromStride;
      int target = (toRow + row * toStep) * toStride;
      for (float[] head : to) {
        int i = 0;
        for (; i < whole; i += L) {
          map(map, FloatVector.fromArray(S, from, source + i)).intoArray(head, target + i);
        }
        if (i < width) {
          FloatVector mapped = map(map, FloatVector.fromArray(S, from, source + i, rest));
          FloatVector.zero(S).blend(mapped, rest).intoArray(head, target + i);
        }
        source += width;
      }
    }
  }

  @Override
  public void loadScaled(
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[][] factors,
      float[][] to,
      int toRow,
      int toStep,
      int toStride) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < count; row++) {
      int source = fromOffset + row * fromStride;
      int targetRow = toRow + row * toStep;
      int target = targetRow * toStride;
      for (int head = 0; head < to.length; head++) {
        float[] rows = to[head];
        float factor = factors[head][targetRow];
        int i = 0;
        if (whole >= 2 * L) {
          FloatVector.fromArray(S, from, source).mul(factor).intoArray(rows, target);
          FloatVector.fromArray(S, from, source + L).mul(factor).intoArray(rows, target + L);
          i = 2 * L;
        }
        for (; i < whole; i += L) {
          FloatVector.fromArray(S, from, source + i).mul(factor).intoArray(rows, target + i);
        }
        if (i < width) {
          FloatVector last = FloatVector.fromArray(S, from, source + i, rest);
          last.mul(factor).intoArray(rows, target + i);
        }
        source += width;
      }
    }
  }

  @Override
  public void store(
      int count,
      int width,
      float[][] from,
      int fromRow,
      int fromStep,
      int fromStride,
      float[][] factors,
      float[] to,
      int toOffset,
      int toStride) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < count; row++) {
      int sourceRow = fromRow + row * fromStep;
      int source = sourceRow * fromStride;
      int target = toOffset + row * toStride;
      for (int head = 0; head < from.length; head++) {
        float[] rows = from[head];
        float factor = factors[head][sourceRow];
        int i = 0;
        if (whole >= 2 * L) {
          FloatVector.fromArray(S, rows, source).mul(factor).intoArray(to, target);
          FloatVector.fromArray(S, rows, source + L).mul(factor).intoArray(to, target + L);
          i = 2 * L;
        }
        for (; i < whole; i += L) {
          FloatVector.fromArray(S, rows, source + i).mul(factor).intoArray(to, target + i);
        }
        if (i < width) {
          FloatVector last = FloatVector.fromArray(S, rows, source + i, rest).mul(factor);
          last.intoArray(to, target + i, rest);
        }
        target += width;
      }
    }
  }

  @Override
  public void chain(FeatureMap map, int count, int stride, float[] mapped, float[] gradients) {
    if (map == FeatureMap.IDENTITY) {
      return;
    }
    for (int i = 0; i < count * stride; i += L) {
      FloatVector slope = slope(map, FloatVector.fromArray(S, mapped, i));
      FloatVector.fromArray(S, gradients, i).mul(slope).intoArray(gradients, i);
    }
  }

  @Override
  public void denominatorGradients(
      int count,
      int stride,
      float[] queries,
      float[] gradients,
      float[] reciprocals,
      float[] denominators) {
    for (int row = 0; row < count; row++) {
      int at = row * stride;
      FloatVector dot = FloatVector.zero(S);
      int i = 0;
      if (stride >= 2 * L) {
        FloatVector next = FloatVector.fromArray(S, queries, at + L);
        dot = FloatVector.fromArray(S, queries, at).mul(FloatVector.fromArray(S, gradients, at));
        dot = next.fma(FloatVector.fromArray(S, gradients, at + L), dot);
        i = 2 * L;
      }
      for (; i < stride; i += L) {
        FloatVector query = FloatVector.fromArray(S, queries, at + i);
        dot = query.fma(FloatVector.fromArray(S, gradients, at + i), dot);
      }
      denominators[row] = -reciprocals[row] * VectorMath.sum(dot);
    }
  }

  @Override
  public void completeGradients(
      FeatureMap map,
      int count,
      int stride,
      float[] terms,
      float[] termFactors,
      float[] sum,
      float[] outFactors,
      float[] mapped,
      float[] gradients) {
    for (int i = 0; i < stride; i += L) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        int at = row * stride + i;
        s = FloatVector.fromArray(S, terms, at).fma(FloatVector.broadcast(S, termFactors[row]), s);
        FloatVector gradient = FloatVector.fromArray(S, gradients, at);
        gradient = s.fma(FloatVector.broadcast(S, outFactors[row]), gradient);
        FloatVector slope = slope(map, FloatVector.fromArray(S, mapped, at));
        gradient.mul(slope).intoArray(gradients, at);
      }
      s.intoArray(sum, i);
    }
  }

  @Override
  public void weightedSum(int count, int stride, float[] terms, float[] factors, float[] sum) {
    for (int i = 0; i < stride; i += L) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        FloatVector term = FloatVector.fromArray(S, terms, row * stride + i);
        s = term.fma(FloatVector.broadcast(S, factors[row]), s);
      }
      s.intoArray(sum, i);
    }
  }

  @Override
  public void runningDenominators(
      int count,
      int stride,
      float[] keys,
      float[] sum,
      float[] queries,
      float epsilon,
      float[] denominators) {
    Arrays.fill(denominators, 0, count, epsilon);
    int i = 0;
    for (; i + L < stride; i += 2 * L) {
      FloatVector s0 = FloatVector.fromArray(S, sum, i);
      FloatVector s1 = FloatVector.fromArray(S, sum, i + L);
      for (int row = 0; row < count; row++) {
        int at = row * stride + i;
        s0 = s0.add(FloatVector.fromArray(S, keys, at));
        s1 = s1.add(FloatVector.fromArray(S, keys, at + L));
        FloatVector dot = s0.mul(FloatVector.fromArray(S, queries, at));
        dot = s1.fma(FloatVector.fromArray(S, queries, at + L), dot);
        denominators[row] += VectorMath.sum(dot);
      }
      s0.intoArray(sum, i);
      s1.intoArray(sum, i + L);
    }
    if (i < stride) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        int at = row * stride + i;
        s = s.add(FloatVector.fromArray(S, keys, at));
        denominators[row] += VectorMath.sum(s.mul(FloatVector.fromArray(S, queries, at)));
      }
      s.intoArray(sum, i);
    }
  }

  @Override
  public void denominators(
      int count, int stride, float[] queries, float[] sum, float epsilon, float[] denominators) {
    for (int row = 0; row < count; row++) {
      FloatVector dot = FloatVector.zero(S);
      for (int i = 0; i < stride; i += L) {
        FloatVector s = FloatVector.fromArray(S, sum, i);
        dot = s.fma(FloatVector.fromArray(S, queries, row * stride + i), dot);
      }
      denominators[row] = VectorMath.sum(dot) + epsilon;
    }
  }

  @Override
  public void dots(
      int count,
      int width,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[][] dots,
      int first) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < count; row++) {
      int aAt = aOffset + row * aStride;
      int bAt = bOffset + row * bStride;
      for (float[] head : dots) {
        FloatVector dot = FloatVector.zero(S);
        int i = 0;
        if (whole >= 2 * L) {
          dot = FloatVector.fromArray(S, a, aAt).mul(FloatVector.fromArray(S, b, bAt));
          dot = FloatVector.fromArray(S, a, aAt + L).fma(FloatVector.fromArray(S, b, bAt + L), dot);
          i = 2 * L;
        }
        for (; i < whole; i += L) {
          dot = FloatVector.fromArray(S, a, aAt + i).fma(FloatVector.fromArray(S, b, bAt + i), dot);
        }
        if (i < width) {
          FloatVector last = FloatVector.fromArray(S, a, aAt + i, rest);
          dot = last.fma(FloatVector.fromArray(S, b, bAt + i, rest), dot);
        }
        head[first + row] = VectorMath.sum(dot);
        aAt += width;
        bAt += width;
      }
    }
  }

  /** φ'(x), from φ(x). */
  private static FloatVector slope(FeatureMap map, FloatVector mapped) {
    return switch (map) {
      case IDENTITY -> FloatVector.broadcast(S, 1);
      case ELU_PLUS_ONE -> mapped.blend(1, mapped.compare(VectorOperators.GT, 1));
    };
  }

  private static FloatVector map(FeatureMap map, FloatVector x) {
    return switch (map) {
      case IDENTITY -> x;
      case ELU_PLUS_ONE -> VectorMath.eluPlusOne(x);
    };
  }
}
