package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.fused.Activation;

/** {@link ActivationRows} on the Vector API. */
final class VectorActivationRows implements ActivationRows {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorActivationRows() {}

  @Override
  public void forward(
      Activation activation,
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] bias,
      int biasOffset,
      float[] out,
      int outOffset) {
    int whole = S.loopBound(width);
    VectorMask<Float> rest = S.indexInRange(whole, width);
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int y = outOffset + row * width;
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector v =
            FloatVector.fromArray(S, in, x + i).add(FloatVector.fromArray(S, bias, biasOffset + i));
        value(activation, v).intoArray(out, y + i);
      }
      if (i < width) {
        FloatVector v =
            FloatVector.fromArray(S, in, x + i, rest)
                .add(FloatVector.fromArray(S, bias, biasOffset + i, rest));
        value(activation, v).intoArray(out, y + i, rest);
      }
    }
  }

  @Override
  public void backward(
      Activation activation,
      int rows,
      int width,
      float[] in,
      int inOffset,
      float[] bias,
      int biasOffset,
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
      int i = 0;
      for (; i < whole; i += L) {
        FloatVector v =
            FloatVector.fromArray(S, in, x + i).add(FloatVector.fromArray(S, bias, biasOffset + i));
        FloatVector d = gradient(activation, v, FloatVector.fromArray(S, outGradient, dy + i));
        d.intoArray(inGradient, dx + i);
        d.add(FloatVector.fromArray(S, sums, i)).intoArray(sums, i);
      }
      if (i < width) {
        FloatVector v =
            FloatVector.fromArray(S, in, x + i, rest)
                .add(FloatVector.fromArray(S, bias, biasOffset + i, rest));
        FloatVector d =
            gradient(activation, v, FloatVector.fromArray(S, outGradient, dy + i, rest));
        d.intoArray(inGradient, dx + i, rest);
        d.add(FloatVector.fromArray(S, sums, i, rest)).intoArray(sums, i, rest);
      }
    }
  }

  private static FloatVector value(Activation activation, FloatVector v) {
    return switch (activation) {
      case IDENTITY -> v;
      case RELU -> v.max(0);
      case GELU -> VectorMath.gelu(v);
      case SILU -> VectorMath.silu(v);
    };
  }

  /** {@code d · f'(v)}. */
  private static FloatVector gradient(Activation activation, FloatVector v, FloatVector d) {
    return switch (activation) {
      case IDENTITY -> d;
      case RELU -> FloatVector.zero(S).blend(d, v.compare(VectorOperators.GT, 0));
      case GELU -> d.mul(VectorMath.geluDerivative(v));
      case SILU -> d.mul(VectorMath.siluDerivative(v));
    };
  }
}
