package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.fused.Activation;

/**
 * {@link ActivationRows} on the Vector API. Every activation has a loop of its own over whole
 * vectors; the rest of a row goes through it once more, in vectors of its own.
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
    int rest = width - whole;
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int y = outOffset + row * width;
      values(activation, whole, in, x, bias, biasOffset, out, y);
      if (rest > 0) {
        System.arraycopy(in, x + whole, scratch, 0, rest);
        System.arraycopy(bias, biasOffset + whole, scratch, L, rest);
        values(activation, L, scratch, 0, scratch, L, scratch, 0);
        System.arraycopy(scratch, 0, out, y + whole, rest);
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
      int sumsOffset,
      float[] scratch) {
    int whole = S.loopBound(width);
    int rest = width - whole;
    for (int row = 0; row < rows; row++) {
      int x = inOffset + row * width;
      int dy = outGradientOffset + row * width;
      int dx = inGradientOffset + row * width;
      gradients(
          activation,
          whole,
          in,
          x,
          bias,
          biasOffset,
          outGradient,
          dy,
          inGradient,
          dx,
          sums,
          sumsOffset,
          scratch);
      if (rest > 0) {
        System.arraycopy(in, x + whole, scratch, 0, rest);
        System.arraycopy(bias, biasOffset + whole, scratch, L, rest);
        System.arraycopy(outGradient, dy + whole, scratch, 2 * L, rest);
        System.arraycopy(sums, sumsOffset + whole, scratch, 3 * L, rest);
        gradients(
            activation,
            L,
            scratch,
            0,
            scratch,
            L,
            scratch,
            2 * L,
            scratch,
            2 * L,
            scratch,
            3 * L,
            scratch);
        System.arraycopy(scratch, 2 * L, inGradient, dx + whole, rest);
        System.arraycopy(scratch, 3 * L, sums, sumsOffset + whole, rest);
      }
    }
  }

  /** {@code f(x + b)} over whole vectors. */
  private static void values(
      Activation activation, int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    switch (activation) {
      case IDENTITY -> identity(n, in, x, bias, b, out, y);
      case RELU -> relu(n, in, x, bias, b, out, y);
      case GELU -> gelu(n, in, x, bias, b, out, y);
      case SILU -> silu(n, in, x, bias, b, out, y);
    }
  }

  /**
   * {@code dx = dy · f'(x + b)} over whole vectors, added to the sums too; 0 where f' is 0,
   * whatever dy.
   */
  private static void gradients(
      Activation activation,
      int n,
      float[] in,
      int x,
      float[] bias,
      int b,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums,
      int sum,
      float[] scratch) {
    switch (activation) {
      case IDENTITY -> identityGradient(n, outGradient, dy, inGradient, dx, sums, sum);
      case RELU -> reluGradient(n, in, x, bias, b, outGradient, dy, inGradient, dx, sums, sum);
      case GELU -> geluGradient(n, in, x, bias, b, outGradient, dy, inGradient, dx, sums, sum);
      case SILU ->
          siluGradient(n, in, x, bias, b, outGradient, dy, inGradient, dx, sums, sum, scratch);
    }
  }

  private static void identity(int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < n; i += L) {
      sum(in, x + i, bias, b + i).intoArray(out, y + i);
    }
  }

  private static void relu(int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < n; i += L) {
      sum(in, x + i, bias, b + i).max(0).intoArray(out, y + i);
    }
  }

  private static void gelu(int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < n; i += L) {
      VectorMath.gelu(sum(in, x + i, bias, b + i)).intoArray(out, y + i);
    }
  }

  private static void silu(int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < n; i += L) {
      VectorMath.silu(sum(in, x + i, bias, b + i)).intoArray(out, y + i);
    }
  }

  private static void identityGradient(
      int n, float[] outGradient, int dy, float[] inGradient, int dx, float[] sums, int sum) {
    for (int i = 0; i < n; i += L) {
      FloatVector d = FloatVector.fromArray(S, outGradient, dy + i);
      d.intoArray(inGradient, dx + i);
      d.add(FloatVector.fromArray(S, sums, sum + i)).intoArray(sums, sum + i);
    }
  }

  private static void reluGradient(
      int n,
      float[] in,
      int x,
      float[] bias,
      int b,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums,
      int sum) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> positive = sum(in, x + i, bias, b + i).compare(VectorOperators.GT, 0);
      FloatVector d =
          FloatVector.zero(S).blend(FloatVector.fromArray(S, outGradient, dy + i), positive);
      d.intoArray(inGradient, dx + i);
      d.add(FloatVector.fromArray(S, sums, sum + i)).intoArray(sums, sum + i);
    }
  }

  private static void geluGradient(
      int n,
      float[] in,
      int x,
      float[] bias,
      int b,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums,
      int sum) {
    for (int i = 0; i < n; i += L) {
      FloatVector slope = VectorMath.geluDerivative(sum(in, x + i, bias, b + i));
      FloatVector d = product(FloatVector.fromArray(S, outGradient, dy + i), slope);
      d.intoArray(inGradient, dx + i);
      d.add(FloatVector.fromArray(S, sums, sum + i)).intoArray(sums, sum + i);
    }
  }

  /** In two loops over a few vectors at a time: one would be more than the compiler inlines. */
  private static void siluGradient(
      int n,
      float[] in,
      int x,
      float[] bias,
      int b,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums,
      int sum,
      float[] scratch) {
    for (int from = 0; from < n; from += SIGMOIDS) {
      int count = Math.min(SIGMOIDS, n - from);
      sigmoids(count, in, x + from, bias, b + from, scratch, TAIL);
      siluGradient(
          count,
          in,
          x + from,
          bias,
          b + from,
          scratch,
          TAIL,
          outGradient,
          dy + from,
          inGradient,
          dx + from,
          sums,
          sum + from);
    }
  }

  private static void sigmoids(int n, float[] in, int x, float[] bias, int b, float[] out, int y) {
    for (int i = 0; i < n; i += L) {
      VectorMath.sigmoid(sum(in, x + i, bias, b + i)).intoArray(out, y + i);
    }
  }

  private static void siluGradient(
      int n,
      float[] in,
      int x,
      float[] bias,
      int b,
      float[] sigmoids,
      int s,
      float[] outGradient,
      int dy,
      float[] inGradient,
      int dx,
      float[] sums,
      int sum) {
    for (int i = 0; i < n; i += L) {
      FloatVector sigmoid = FloatVector.fromArray(S, sigmoids, s + i);
      FloatVector slope = VectorMath.siluDerivative(sum(in, x + i, bias, b + i), sigmoid);
      FloatVector d = product(FloatVector.fromArray(S, outGradient, dy + i), slope);
      d.intoArray(inGradient, dx + i);
      d.add(FloatVector.fromArray(S, sums, sum + i)).intoArray(sums, sum + i);
    }
  }

  private static FloatVector sum(float[] in, int x, float[] bias, int b) {
    return FloatVector.fromArray(S, in, x).add(FloatVector.fromArray(S, bias, b));
  }

  private static FloatVector product(FloatVector d, FloatVector slope) {
    return d.mul(slope).blend(0f, slope.compare(VectorOperators.EQ, 0f));
  }
}
