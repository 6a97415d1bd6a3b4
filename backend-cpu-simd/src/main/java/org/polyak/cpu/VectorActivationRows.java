package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.fused.Activation;

/**
 * {@link ActivationRows} on the Vector API. Every activation has a loop of its own over whole
 * vectors: two inlined copies of one in a loop exceed what the compiler keeps in registers.
 */
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
      int outOffset,
      float[] scratch) {
    int whole = S.loopBound(width);
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int y = outOffset + row * width;
      addVectors(whole, in, x, bias, biasOffset, out, y);
      value(activation, whole, out, y);
      if (whole < width) {
        addTail(width - whole, in, x + whole, bias, biasOffset + whole, scratch, 0);
        value(activation, L, scratch, 0);
        System.arraycopy(scratch, 0, out, y + whole, width - whole);
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
      float[] sums,
      float[] scratch) {
    int whole = S.loopBound(width);
    int padded = whole < width ? whole + L : whole;
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int dy = outGradientOffset + row * width;
      int dx = inGradientOffset + row * width;
      addVectors(whole, in, x, bias, biasOffset, scratch, 0);
      addTail(width - whole, in, x + whole, bias, biasOffset + whole, scratch, whole);
      slope(activation, padded, scratch);
      multiply(width, scratch, outGradient, dy, inGradient, dx, sums);
    }
  }

  private static void addVectors(
      int whole, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < whole; i += L) {
      FloatVector.fromArray(S, in, x + i)
          .add(FloatVector.fromArray(S, bias, b + i))
          .intoArray(out, y + i);
    }
  }

  /** The rest of a row, in a vector of its own that zeros fill up. */
  private static void addTail(
      int count, float[] in, int x, float[] bias, int b, float[] out, int y) {
    if (count > 0) {
      for (int i = 0; i < L; i++) {
        out[y + i] = i < count ? in[x + i] + bias[b + i] : 0;
      }
    }
  }

  /** {@code d · f'(v)}, kept and added to the sums; where f' is 0 so is the product. */
  private static void multiply(
      int width,
      float[] slopes,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums) {
    int whole = S.loopBound(width);
    for (int i = 0; i < whole; i += L) {
      FloatVector slope = FloatVector.fromArray(S, slopes, i);
      FloatVector d = FloatVector.fromArray(S, outGradient, dy + i).mul(slope);
      FloatVector kept = d.blend(0f, slope.compare(VectorOperators.EQ, 0f));
      kept.intoArray(inGradient, dx + i);
      kept.add(FloatVector.fromArray(S, sums, i)).intoArray(sums, i);
    }
    for (int i = whole; i < width; i++) {
      float d = slopes[i] == 0 ? 0 : outGradient[dy + i] * slopes[i];
      inGradient[dx + i] = d;
      sums[i] += d;
    }
  }

  /** f over whole vectors, in place. */
  private static void value(Activation activation, int n, float[] v, int from) {
    switch (activation) {
      case IDENTITY -> {}
      case RELU -> relu(n, v, from);
      case GELU -> gelu(n, v, from);
      case SILU -> silu(n, v, from);
    }
  }

  /** f' over whole vectors, in place. */
  private static void slope(Activation activation, int n, float[] v) {
    switch (activation) {
      case IDENTITY -> Arrays.fill(v, 0, n, 1f);
      case RELU -> reluSlope(n, v);
      case GELU -> geluSlope(n, v);
      case SILU -> siluSlope(n, v);
    }
  }

  private static void relu(int n, float[] v, int from) {
    for (int i = from; i < from + n; i += L) {
      FloatVector.fromArray(S, v, i).max(0).intoArray(v, i);
    }
  }

  private static void gelu(int n, float[] v, int from) {
    for (int i = from; i < from + n; i += L) {
      VectorMath.gelu(FloatVector.fromArray(S, v, i)).intoArray(v, i);
    }
  }

  private static void silu(int n, float[] v, int from) {
    for (int i = from; i < from + n; i += L) {
      VectorMath.silu(FloatVector.fromArray(S, v, i)).intoArray(v, i);
    }
  }

  private static void reluSlope(int n, float[] v) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> positive = FloatVector.fromArray(S, v, i).compare(VectorOperators.GT, 0);
      FloatVector.zero(S).blend(1f, positive).intoArray(v, i);
    }
  }

  private static void geluSlope(int n, float[] v) {
    for (int i = 0; i < n; i += L) {
      VectorMath.geluDerivative(FloatVector.fromArray(S, v, i)).intoArray(v, i);
    }
  }

  private static void siluSlope(int n, float[] v) {
    for (int i = 0; i < n; i += L) {
      VectorMath.siluDerivative(FloatVector.fromArray(S, v, i)).intoArray(v, i);
    }
  }
}
