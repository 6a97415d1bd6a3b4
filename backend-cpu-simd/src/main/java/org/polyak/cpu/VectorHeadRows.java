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
      RowLayout layout) {
    int whole = S.loopBound(width);
    int step = layout.vectorStride();
    for (int row = 0; row < count; row++) {
      int source = fromOffset + row * fromStride;
      int first = (toRow + row * toStep) * layout.rowStride();
      for (float[] head : to) {
        int target = first;
        for (int i = 0; i < whole; i += L) {
          map(map, FloatVector.fromArray(S, from, source + i)).intoArray(head, target);
          target += step;
        }
        source += width;
      }
    }
    if (whole < width) {
      loadRest(map, count, width, from, fromOffset, fromStride, to, toRow, toStep, layout);
    }
  }

  /** The last, partial vector of each row: a loop holds one copy of the feature map (ADR 26). */
  private static void loadRest(
      FeatureMap map,
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[][] to,
      int toRow,
      int toStep,
      RowLayout layout) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < count; row++) {
      int source = fromOffset + row * fromStride + whole;
      int target = (toRow + row * toStep) * layout.rowStride() + whole / L * layout.vectorStride();
      for (float[] head : to) {
        FloatVector mapped = map(map, FloatVector.fromArray(S, from, source, rest));
        FloatVector.zero(S).blend(mapped, rest).intoArray(head, target);
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
      RowLayout layout) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    int step = layout.vectorStride();
    for (int row = 0; row < count; row++) {
      int source = fromOffset + row * fromStride;
      int targetRow = toRow + row * toStep;
      for (int head = 0; head < to.length; head++) {
        float[] rows = to[head];
        float factor = factors[head][targetRow];
        int target = targetRow * layout.rowStride();
        int i = 0;
        if (whole >= 2 * L) {
          FloatVector.fromArray(S, from, source).mul(factor).intoArray(rows, target);
          FloatVector.fromArray(S, from, source + L).mul(factor).intoArray(rows, target + step);
          i = 2 * L;
          target += 2 * step;
        }
        for (; i < whole; i += L) {
          FloatVector.fromArray(S, from, source + i).mul(factor).intoArray(rows, target);
          target += step;
        }
        if (i < width) {
          FloatVector last = FloatVector.fromArray(S, from, source + i, rest);
          last.mul(factor).intoArray(rows, target);
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
      RowLayout layout,
      float[][] factors,
      float[] to,
      int toOffset,
      int toStride) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    int step = layout.vectorStride();
    for (int row = 0; row < count; row++) {
      int sourceRow = fromRow + row * fromStep;
      int target = toOffset + row * toStride;
      for (int head = 0; head < from.length; head++) {
        float[] rows = from[head];
        float factor = factors[head][sourceRow];
        int source = sourceRow * layout.rowStride();
        int i = 0;
        if (whole >= 2 * L) {
          FloatVector.fromArray(S, rows, source).mul(factor).intoArray(to, target);
          FloatVector.fromArray(S, rows, source + step).mul(factor).intoArray(to, target + L);
          i = 2 * L;
          source += 2 * step;
        }
        for (; i < whole; i += L) {
          FloatVector.fromArray(S, rows, source).mul(factor).intoArray(to, target + i);
          source += step;
        }
        if (i < width) {
          FloatVector last = FloatVector.fromArray(S, rows, source, rest).mul(factor);
          last.intoArray(to, target + i, rest);
        }
        target += width;
      }
    }
  }

  @Override
  public void chain(
      FeatureMap map, int count, RowLayout layout, float[] mapped, float[] gradients) {
    if (map == FeatureMap.IDENTITY) {
      return;
    }
    for (int i = 0, first = 0; i < layout.width(); i += L, first += layout.vectorStride()) {
      for (int row = 0; row < count; row++) {
        int at = first + row * layout.rowStride();
        FloatVector slope = slope(map, FloatVector.fromArray(S, mapped, at));
        FloatVector.fromArray(S, gradients, at).mul(slope).intoArray(gradients, at);
      }
    }
  }

  @Override
  public void denominatorGradients(
      int count,
      RowLayout layout,
      float[] queries,
      float[] gradients,
      float[] reciprocals,
      float[] denominators) {
    int width = layout.width();
    int step = layout.vectorStride();
    for (int row = 0; row < count; row++) {
      int at = row * layout.rowStride();
      FloatVector dot = FloatVector.zero(S);
      int i = 0;
      if (width >= 2 * L) {
        FloatVector next = FloatVector.fromArray(S, queries, at + step);
        dot = FloatVector.fromArray(S, queries, at).mul(FloatVector.fromArray(S, gradients, at));
        dot = next.fma(FloatVector.fromArray(S, gradients, at + step), dot);
        i = 2 * L;
        at += 2 * step;
      }
      for (; i < width; i += L) {
        FloatVector query = FloatVector.fromArray(S, queries, at);
        dot = query.fma(FloatVector.fromArray(S, gradients, at), dot);
        at += step;
      }
      denominators[row] = -reciprocals[row] * VectorMath.sum(dot);
    }
  }

  @Override
  public void completeGradients(
      FeatureMap map,
      int count,
      RowLayout layout,
      float[] terms,
      float[] termFactors,
      float[] sum,
      float[] outFactors,
      float[] mapped,
      float[] gradients) {
    for (int i = 0, first = 0; i < layout.width(); i += L, first += layout.vectorStride()) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        int at = first + row * layout.rowStride();
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
  public void weightedSum(
      int count, RowLayout layout, float[] terms, float[] factors, float[] sum) {
    for (int i = 0, first = 0; i < layout.width(); i += L, first += layout.vectorStride()) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        FloatVector term = FloatVector.fromArray(S, terms, first + row * layout.rowStride());
        s = term.fma(FloatVector.broadcast(S, factors[row]), s);
      }
      s.intoArray(sum, i);
    }
  }

  @Override
  public void runningDenominators(
      int count,
      RowLayout layout,
      float[] keys,
      float[] sum,
      float[] queries,
      float epsilon,
      float[] denominators) {
    Arrays.fill(denominators, 0, count, epsilon);
    int width = layout.width();
    int step = layout.vectorStride();
    int first = 0;
    int i = 0;
    for (; i + L < width; i += 2 * L) {
      FloatVector s0 = FloatVector.fromArray(S, sum, i);
      FloatVector s1 = FloatVector.fromArray(S, sum, i + L);
      for (int row = 0; row < count; row++) {
        int at = first + row * layout.rowStride();
        s0 = FloatVector.fromArray(S, keys, at).add(s0);
        s1 = FloatVector.fromArray(S, keys, at + step).add(s1);
        FloatVector dot = s0.mul(FloatVector.fromArray(S, queries, at));
        dot = s1.fma(FloatVector.fromArray(S, queries, at + step), dot);
        denominators[row] += VectorMath.sum(dot);
      }
      s0.intoArray(sum, i);
      s1.intoArray(sum, i + L);
      first += 2 * step;
    }
    if (i < width) {
      FloatVector s = FloatVector.fromArray(S, sum, i);
      for (int row = 0; row < count; row++) {
        int at = first + row * layout.rowStride();
        s = FloatVector.fromArray(S, keys, at).add(s);
        denominators[row] += VectorMath.sum(s.mul(FloatVector.fromArray(S, queries, at)));
      }
      s.intoArray(sum, i);
    }
  }

  @Override
  public void denominators(
      int count,
      RowLayout layout,
      float[] queries,
      float[] sum,
      float epsilon,
      float[] denominators) {
    for (int row = 0; row < count; row++) {
      int at = row * layout.rowStride();
      FloatVector dot = FloatVector.zero(S);
      for (int i = 0; i < layout.width(); i += L, at += layout.vectorStride()) {
        FloatVector s = FloatVector.fromArray(S, sum, i);
        dot = s.fma(FloatVector.fromArray(S, queries, at), dot);
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
