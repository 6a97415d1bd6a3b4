package org.polyak.cpu;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.polyak.spi.UnaryOp;

/**
 * {@link UnaryKernel} on the Vector API. Every operation has a loop of its own, over whole vectors,
 * so that the compiler never meets one loop with many operations in it.
 */
final class VectorUnaryKernel implements UnaryKernel {
  private static final VectorSpecies<Float> S = VectorWidth.of(MethodHandles.lookup()).floats();
  private static final int L = S.length();

  VectorUnaryKernel() {}

  @Override
  public void apply(UnaryOp op, int n, float[] in, int inOffset, float[] out, int outOffset) {
    if (op == UnaryOp.SQUARE_ROOT && n < VectorBinaryKernel.FEW) {
      // The roots of the gradients' norms may be all that a step takes; the bits are the same.
      for (int i = 0; i < n; i++) {
        out[outOffset + i] = (float) Math.sqrt(in[inOffset + i]);
      }
      return;
    }
    int whole = n - n % L;
    vectors(op, whole, in, inOffset, out, outOffset);
    if (whole < n) {
      float[] tail = new float[L];
      System.arraycopy(in, inOffset + whole, tail, 0, n - whole);
      vectors(op, L, tail, 0, tail, 0);
      System.arraycopy(tail, 0, out, outOffset + whole, n - whole);
    }
  }

  private static void vectors(UnaryOp op, int n, float[] in, int from, float[] out, int to) {
    switch (op) {
      case NEGATE -> negate(n, in, from, out, to);
      case ABSOLUTE -> absolute(n, in, from, out, to);
      case SIGN -> sign(n, in, from, out, to);
      case SQUARE -> square(n, in, from, out, to);
      case SQUARE_ROOT -> squareRoot(n, in, from, out, to);
      case RECIPROCAL -> reciprocal(n, in, from, out, to);
      case EXPONENTIAL -> exponential(n, in, from, out, to);
      case LOGARITHM -> logarithm(n, in, from, out, to);
      case TANH -> tanh(n, in, from, out, to);
      case ERROR_FUNCTION -> errorFunction(n, in, from, out, to);
      case SIGMOID -> sigmoid(n, in, from, out, to);
      case SOFTPLUS -> softplus(n, in, from, out, to);
      case RELU -> relu(n, in, from, out, to);
      case ELU_PLUS_ONE -> eluPlusOne(n, in, from, out, to);
    }
  }

  private static void negate(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      x.neg().intoArray(out, to + i);
    }
  }

  private static void absolute(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      x.abs().intoArray(out, to + i);
    }
  }

  private static void sign(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.sign(x).intoArray(out, to + i);
    }
  }

  private static void square(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      x.mul(x).intoArray(out, to + i);
    }
  }

  private static void squareRoot(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      x.sqrt().intoArray(out, to + i);
    }
  }

  private static void reciprocal(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      FloatVector.broadcast(S, 1f).div(x).intoArray(out, to + i);
    }
  }

  private static void exponential(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.exp(x).intoArray(out, to + i);
    }
  }

  private static void logarithm(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.log(x).intoArray(out, to + i);
    }
  }

  private static void tanh(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.tanh(x).intoArray(out, to + i);
    }
  }

  private static void errorFunction(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.erf(x).intoArray(out, to + i);
    }
  }

  private static void sigmoid(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.sigmoid(x).intoArray(out, to + i);
    }
  }

  private static void softplus(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.softplus(x).intoArray(out, to + i);
    }
  }

  private static void relu(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      x.max(0f).intoArray(out, to + i);
    }
  }

  private static void eluPlusOne(int n, float[] in, int from, float[] out, int to) {
    for (int i = 0; i < n; i += L) {
      FloatVector x = FloatVector.fromArray(S, in, from + i);
      VectorMath.eluPlusOne(x).intoArray(out, to + i);
    }
  }
}
