package org.polyak.conformance.verbs;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.oracle.FeatureMap;
import org.polyak.conformance.oracle.SpecialFunctions;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.UnaryOp;

/**
 * What the element-wise verbs compute, in float64, and how many roundings they may take. Arithmetic
 * rounds once; division, square root and the elementary functions may be as inaccurate as OpenCL C
 * 1.2 (section 7.4) lets them be in its full profile, an ulp being at most two unit round-offs.
 */
final class ElementwiseFunctions {
  private ElementwiseFunctions() {}

  static double apply(UnaryOp op, double x) {
    double exact =
        switch (op) {
          case NEGATE -> -x;
          case ABSOLUTE -> Math.abs(x);
          case SIGN -> Math.signum(x);
          case SQUARE -> x * x;
          case SQUARE_ROOT -> Math.sqrt(x);
          case RECIPROCAL -> 1 / x;
          case EXPONENTIAL -> Math.exp(x);
          case LOGARITHM -> Math.log(x);
          case TANH -> Math.tanh(x);
          case ERROR_FUNCTION -> SpecialFunctions.erf(x);
          case SIGMOID -> SpecialFunctions.sigmoid(x);
          case SOFTPLUS -> SpecialFunctions.softplus(x);
          case RELU -> Math.max(x, 0);
          case ELU_PLUS_ONE -> FeatureMap.ELU_PLUS_ONE.apply(x);
        };
    return overflowing(exact);
  }

  static double apply(BinaryOp op, double a, double b) {
    double exact =
        switch (op) {
          case ADD -> a + b;
          case SUBTRACT -> a - b;
          case MULTIPLY -> a * b;
          case DIVIDE -> a / b;
          case MAXIMUM -> Math.max(a, b);
          case MINIMUM -> Math.min(a, b);
          case LESS -> a < b ? 1 : 0;
          case EQUAL -> a == b ? 1 : 0;
        };
    return overflowing(exact);
  }

  static double roundings(UnaryOp op) {
    return switch (op) {
      case NEGATE, ABSOLUTE, SIGN, RELU -> 0;
      case SQUARE -> 1;
      case RECIPROCAL -> 5; // 2.5 ulp
      case SQUARE_ROOT, EXPONENTIAL, LOGARITHM -> 6; // 3 ulp
      case ELU_PLUS_ONE -> 6; // the exponential's, or one addition
      case TANH -> 10; // 5 ulp
      case SIGMOID -> 12; // exponential, addition, division
      case SOFTPLUS -> 12; // exponential, logarithm of 1 + x (2 ulp), addition
      case ERROR_FUNCTION -> 32; // 16 ulp
    };
  }

  static double roundings(BinaryOp op) {
    return switch (op) {
      case MAXIMUM, MINIMUM, LESS, EQUAL -> 0;
      case ADD, SUBTRACT, MULTIPLY -> 1;
      case DIVIDE -> 5; // 2.5 ulp
    };
  }

  /** The range over which arguments and results are normal float32 numbers. */
  static double[] range(UnaryOp op) {
    return switch (op) {
      case EXPONENTIAL -> new double[] {-87, 88};
      case SIGMOID, SOFTPLUS, ELU_PLUS_ONE -> new double[] {-87, 87};
      case SQUARE_ROOT, LOGARITHM -> new double[] {1e-3, 1000};
      case TANH, ERROR_FUNCTION -> new double[] {-6, 6};
      case NEGATE, ABSOLUTE, SIGN, SQUARE, RECIPROCAL, RELU -> new double[] {-100, 100};
    };
  }

  /** Those arguments that are, or whose results are, subnormal; or else the others. */
  static float[] withSubnormals(UnaryOp op, float[] arguments, boolean wanted) {
    List<float[]> found = new ArrayList<>();
    for (float x : arguments) {
      if ((subnormal(x) || subnormal(apply(op, x))) == wanted) {
        found.add(new float[] {x});
      }
    }
    return column(found, 0);
  }

  /** The same for pairs: first and second arguments. */
  static List<float[]> withSubnormals(BinaryOp op, float[] first, float[] second, boolean wanted) {
    List<float[]> found = new ArrayList<>();
    for (float a : first) {
      for (float b : second) {
        if ((subnormal(a) || subnormal(b) || subnormal(apply(op, a, b))) == wanted) {
          found.add(new float[] {a, b});
        }
      }
    }
    return List.of(column(found, 0), column(found, 1));
  }

  private static float[] column(List<float[]> rows, int index) {
    float[] column = new float[rows.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = rows.get(i)[index];
    }
    return column;
  }

  /** What is smaller still than half the least subnormal number is 0 on every device. */
  private static boolean subnormal(double x) {
    return Math.abs(x) > 0x1p-150 && Math.abs(x) < Float.MIN_NORMAL;
  }

  /** Infinity where float32 has no finite number. */
  private static double overflowing(double exact) {
    return Float.isInfinite((float) exact) ? (float) exact : exact;
  }
}
