package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * {@link LayerNormRows} on the Vector API. Sums are those of deviations from a pivot near the mean,
 * so a large common offset of the inputs costs no more than its own rounding.
 *
 * <p>Forward, the sums go over a few rows before the first of them is written: rows then wait
 * neither for their own sums nor for their own roots, as the processor works on several at once.
 */
final class VectorLayerNormRows implements LayerNormRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorLayerNormRows() {}

  @Override
  public void forward(
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] gain,
      int gainOffset,
      float @Nullable [] bias,
      int biasOffset,
      double epsilon,
      float[] out,
      int outOffset,
      float @Nullable [] saved,
      int savedOffset,
      float[] scratch) {
    for (int row = 0; row < rows; row += GROUP) {
      int n = Math.min(GROUP, rows - row);
      int x = inOffset + row * width;
      int y = outOffset + row * width;
      pivots(n, width, in, x, scratch);
      moments(n, width, in, x, epsilon, scratch);
      for (int r = 0; r < n; r++) {
        int skip = r * width;
        if (bias == null) {
          scale(width, in, x + skip, gain, gainOffset, out, y + skip, scratch, 3 * r);
        } else {
          scale(
              width,
              in,
              x + skip,
              gain,
              gainOffset,
              bias,
              biasOffset,
              out,
              y + skip,
              scratch,
              3 * r);
        }
        if (saved != null) {
          saved[savedOffset + 2 * (row + r)] = scratch[3 * r] + scratch[3 * r + 1];
          saved[savedOffset + 2 * (row + r) + 1] = scratch[3 * r + 2];
        }
      }
    }
  }

  /** A number near the mean of each row: the mean of its first elements. */
  private static void pivots(int rows, int width, float[] in, int inOffset, float[] statistics) {
    int count = Math.min(L, width);
    VectorMask<Float> some = S.indexInRange(0, count);
    for (int row = 0; row < rows; row++) {
      FloatVector first = FloatVector.fromArray(S, in, inOffset + row * width, some);
      statistics[3 * row] = VectorMath.sum(first) / count;
    }
  }

  /**
   * What the pivot must be corrected by to be the mean, and the reciprocal standard deviation.
   *
   * <p>A pivot more than a standard deviation from the mean would cost bits of the variance: it is
   * corrected, and the row summed once more.
   */
  private static void moments(
      int rows, int width, float[] in, int inOffset, double epsilon, float[] statistics) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    double share = 1.0 / width;
    boolean again = false;
    for (int row = 0; row < rows; row += again ? 0 : 1) {
      int x = inOffset + row * width;
      FloatVector pivot = FloatVector.broadcast(S, statistics[3 * row]);
      FloatVector deviations = FloatVector.zero(S);
      FloatVector squares = FloatVector.zero(S);
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector d = FloatVector.fromArray(S, in, x + i).sub(pivot);
        deviations = d.add(deviations);
        squares = d.fma(d, squares);
      }
      if (i < width) {
        FloatVector d = pivot.blend(FloatVector.fromArray(S, in, x + i, rest), rest).sub(pivot);
        deviations = d.add(deviations);
        squares = d.fma(d, squares);
      }
      double correction = VectorMath.sum(deviations) * share;
      double variance = VectorMath.sum(squares) * share - correction * correction;
      again = !again && correction * correction > variance;
      if (again) {
        statistics[3 * row] += (float) correction;
      } else {
        statistics[3 * row + 1] = (float) correction;
        statistics[3 * row + 2] = (float) (1 / Math.sqrt(Math.max(variance, 0) + epsilon));
      }
    }
  }

  /** Normalises and scales a row: rows written one after the other are kindest to the caches. */
  private static void scale(
      int width,
      float[] in,
      int x,
      float[] gain,
      int gainOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int y,
      float[] statistics,
      int at) {
    int whole = S.loopBound(width);
    float pivot = statistics[at];
    float correction = statistics[at + 1];
    float deviation = statistics[at + 2];
    int i = 0;
    for (; i < whole; i += L) {
      FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i);
      FloatVector b = FloatVector.fromArray(S, bias, biasOffset + i);
      FloatVector d = FloatVector.fromArray(S, in, x + i).sub(pivot).sub(correction);
      d.mul(deviation).fma(g, b).intoArray(out, y + i);
    }
    if (i < width) {
      VectorMask<Float> rest = S.indexInRange(i, width);
      FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i, rest);
      FloatVector b = FloatVector.fromArray(S, bias, biasOffset + i, rest);
      FloatVector d = FloatVector.fromArray(S, in, x + i, rest).sub(pivot).sub(correction);
      d.mul(deviation).fma(g, b).intoArray(out, y + i, rest);
    }
  }

  private static void scale(
      int width,
      float[] in,
      int x,
      float[] gain,
      int gainOffset,
      float[] out,
      int y,
      float[] statistics,
      int at) {
    int whole = S.loopBound(width);
    float pivot = statistics[at];
    float correction = statistics[at + 1];
    float deviation = statistics[at + 2];
    int i = 0;
    for (; i < whole; i += L) {
      FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i);
      FloatVector d = FloatVector.fromArray(S, in, x + i).sub(pivot).sub(correction);
      d.mul(deviation).mul(g).intoArray(out, y + i);
    }
    if (i < width) {
      VectorMask<Float> rest = S.indexInRange(i, width);
      FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i, rest);
      FloatVector d = FloatVector.fromArray(S, in, x + i, rest).sub(pivot).sub(correction);
      d.mul(deviation).mul(g).intoArray(out, y + i, rest);
    }
  }

  @Override
  public void backward(
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] gain,
      int gainOffset,
      float[] saved,
      int savedOffset,
      float[] outGradient,
      int outGradientOffset,
      float[] inGradient,
      int inGradientOffset,
      float[] sums,
      int sumsOffset,
      float[] scratch) {
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int dy = outGradientOffset + row * width;
      int dx = inGradientOffset + row * width;
      int statistics = savedOffset + 2 * row;
      accumulate(
          width,
          in,
          x,
          gain,
          gainOffset,
          saved,
          statistics,
          outGradient,
          dy,
          sums,
          sumsOffset,
          scratch);
      differentiate(
          width,
          in,
          x,
          gain,
          gainOffset,
          saved,
          statistics,
          outGradient,
          dy,
          scratch,
          inGradient,
          dx);
    }
  }

  /**
   * Adds a row's share of the parameters' gradients, and takes the means of g and of g · normal
   * over the row, g being the gradient times the gain.
   */
  private static void accumulate(
      int width,
      float[] in,
      int x,
      float[] gain,
      int gainOffset,
      float[] saved,
      int statistics,
      float[] outGradient,
      int dy,
      float[] sums,
      int sum,
      float[] means) {
    float mean = saved[statistics];
    float deviation = saved[statistics + 1];
    FloatVector plain = FloatVector.zero(S);
    FloatVector weighted = FloatVector.zero(S);
    int i = 0;
    for (int whole = S.loopBound(width); i < whole; i += L) {
      FloatVector d = FloatVector.fromArray(S, outGradient, dy + i);
      FloatVector normal = FloatVector.fromArray(S, in, x + i).sub(mean).mul(deviation);
      d.fma(normal, FloatVector.fromArray(S, sums, sum + i)).intoArray(sums, sum + i);
      d.add(FloatVector.fromArray(S, sums, sum + width + i)).intoArray(sums, sum + width + i);
      FloatVector g = d.mul(FloatVector.fromArray(S, gain, gainOffset + i));
      plain = g.add(plain);
      weighted = g.fma(normal, weighted);
    }
    float restPlain = 0;
    float restWeighted = 0;
    for (; i < width; i++) {
      float d = outGradient[dy + i];
      float normal = (in[x + i] - mean) * deviation;
      sums[sum + i] = Math.fma(d, normal, sums[sum + i]);
      sums[sum + width + i] += d;
      float g = d * gain[gainOffset + i];
      restPlain += g;
      restWeighted = Math.fma(g, normal, restWeighted);
    }
    means[0] = (VectorMath.sum(plain) + restPlain) / width;
    means[1] = (VectorMath.sum(weighted) + restWeighted) / width;
  }

  private static void differentiate(
      int width,
      float[] in,
      int x,
      float[] gain,
      int gainOffset,
      float[] saved,
      int statistics,
      float[] outGradient,
      int dy,
      float[] means,
      float[] inGradient,
      int dx) {
    float mean = saved[statistics];
    float deviation = saved[statistics + 1];
    float plain = means[0];
    float weighted = means[1];
    int i = 0;
    for (int whole = S.loopBound(width); i < whole; i += L) {
      FloatVector normal = FloatVector.fromArray(S, in, x + i).sub(mean).mul(deviation);
      FloatVector.fromArray(S, outGradient, dy + i)
          .mul(FloatVector.fromArray(S, gain, gainOffset + i))
          .sub(plain)
          .sub(normal.mul(weighted))
          .mul(deviation)
          .intoArray(inGradient, dx + i);
    }
    for (; i < width; i++) {
      float normal = (in[x + i] - mean) * deviation;
      float g = outGradient[dy + i] * gain[gainOffset + i];
      inGradient[dx + i] = (g - plain - normal * weighted) * deviation;
    }
  }
}
