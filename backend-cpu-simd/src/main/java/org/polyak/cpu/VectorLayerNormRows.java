package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

/**
 * {@link LayerNormRows} on the Vector API. The mean is corrected once by the mean of the
 * deviations, so a large common offset of the inputs costs no more than its own rounding.
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
      int savedOffset) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int y = outOffset + row * width;
      float mean = sum(in, x, width) / width;
      FloatVector deviations = FloatVector.zero(S);
      FloatVector squares = FloatVector.zero(S);
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector d = FloatVector.fromArray(S, in, x + i).sub(mean);
        deviations = deviations.add(d);
        squares = d.fma(d, squares);
      }
      if (i < width) {
        FloatVector d =
            FloatVector.zero(S)
                .lanewise(
                    VectorOperators.ADD, FloatVector.fromArray(S, in, x + i, rest).sub(mean), rest);
        deviations = deviations.add(d);
        squares = d.fma(d, squares);
      }
      double correction = (double) VectorMath.sum(deviations) / width;
      double variance = (double) VectorMath.sum(squares) / width - correction * correction;
      float deviation = (float) (1 / Math.sqrt(Math.max(variance, 0) + epsilon));
      float shift = (float) correction;
      for (i = 0; i < whole; i += L) {
        FloatVector normal =
            FloatVector.fromArray(S, in, x + i).sub(mean).sub(shift).mul(deviation);
        FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i);
        FloatVector scaled =
            bias == null
                ? normal.mul(g)
                : normal.fma(g, FloatVector.fromArray(S, bias, biasOffset + i));
        scaled.intoArray(out, y + i);
      }
      if (i < width) {
        FloatVector normal =
            FloatVector.fromArray(S, in, x + i, rest).sub(mean).sub(shift).mul(deviation);
        FloatVector g = FloatVector.fromArray(S, gain, gainOffset + i, rest);
        FloatVector scaled =
            bias == null
                ? normal.mul(g)
                : normal.fma(g, FloatVector.fromArray(S, bias, biasOffset + i, rest));
        scaled.intoArray(out, y + i, rest);
      }
      if (saved != null) {
        saved[savedOffset + 2 * row] = (float) (mean + correction);
        saved[savedOffset + 2 * row + 1] = deviation;
      }
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
      float[] sums) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int dy = outGradientOffset + row * width;
      int dx = inGradientOffset + row * width;
      float mean = saved[savedOffset + 2 * row];
      float deviation = saved[savedOffset + 2 * row + 1];
      FloatVector plain = FloatVector.zero(S);
      FloatVector weighted = FloatVector.zero(S);
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector d = FloatVector.fromArray(S, outGradient, dy + i);
        FloatVector normal = FloatVector.fromArray(S, in, x + i).sub(mean).mul(deviation);
        d.fma(normal, FloatVector.fromArray(S, sums, i)).intoArray(sums, i);
        d.add(FloatVector.fromArray(S, sums, width + i)).intoArray(sums, width + i);
        FloatVector g = d.mul(FloatVector.fromArray(S, gain, gainOffset + i));
        plain = plain.add(g);
        weighted = g.fma(normal, weighted);
      }
      if (i < width) {
        FloatVector d = FloatVector.fromArray(S, outGradient, dy + i, rest);
        FloatVector normal = FloatVector.fromArray(S, in, x + i, rest).sub(mean).mul(deviation);
        d.fma(normal, FloatVector.fromArray(S, sums, i, rest)).intoArray(sums, i, rest);
        d.add(FloatVector.fromArray(S, sums, width + i, rest)).intoArray(sums, width + i, rest);
        FloatVector g = d.mul(FloatVector.fromArray(S, gain, gainOffset + i, rest));
        plain = plain.add(g);
        weighted = g.fma(normal, weighted);
      }
      float plainMean = VectorMath.sum(plain) / width;
      float weightedMean = VectorMath.sum(weighted) / width;
      for (i = 0; i < whole; i += L) {
        FloatVector normal = FloatVector.fromArray(S, in, x + i).sub(mean).mul(deviation);
        FloatVector.fromArray(S, outGradient, dy + i)
            .mul(FloatVector.fromArray(S, gain, gainOffset + i))
            .sub(plainMean)
            .sub(normal.mul(weightedMean))
            .mul(deviation)
            .intoArray(inGradient, dx + i);
      }
      if (i < width) {
        FloatVector normal = FloatVector.fromArray(S, in, x + i, rest).sub(mean).mul(deviation);
        FloatVector.fromArray(S, outGradient, dy + i, rest)
            .mul(FloatVector.fromArray(S, gain, gainOffset + i, rest))
            .sub(plainMean)
            .sub(normal.mul(weightedMean))
            .mul(deviation)
            .intoArray(inGradient, dx + i, rest);
      }
    }
  }

  private static float sum(float[] in, int from, int length) {
    int whole = S.loopBound(length);
    FloatVector sum = FloatVector.zero(S);
    int i = 0;
    for (; i < whole; i += L) {
      sum = sum.add(FloatVector.fromArray(S, in, from + i));
    }
    if (i < length) {
      sum = sum.add(FloatVector.fromArray(S, in, from + i, S.indexInRange(i, length)));
    }
    return VectorMath.sum(sum);
  }
}
