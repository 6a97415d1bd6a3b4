package org.polyak.opencl;

import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Element-wise functions and copies. */
final class Elementwise {
  private final OpenClDevice device;

  Elementwise(OpenClDevice device) {
    this.device = device;
  }

  void fill(Tensor out, double value) {
    if (out.dtype() == DType.F32) {
      run("float", "value", (float) value, out, out, out, out);
    } else {
      run("int", Integer.toString((int) value), 0, out, out, out, out);
    }
  }

  void copy(Tensor in, Tensor out) {
    run("int", "a", 0, out, in, in, in);
  }

  void unary(UnaryOp op, Tensor in, Tensor out) {
    run("float", expression(op), 0, out, in, in, in);
  }

  void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    run("float", expression(op), 0, out, a, b, b);
  }

  void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    run("float", "(a!=0?b:c)", 0, out, condition, a, b);
  }

  private void run(
      String element, String function, float value, Tensor out, Tensor a, Tensor b, Tensor c) {
    if (out.shape().size() == 0) {
      return;
    }
    Tensor[] tensors = {out, a, b, c};
    Loops loops = Loops.over(out.layout(), a.layout(), b.layout(), c.layout());
    String options = "-DELEMENT=%s -DFUNCTION=%s".formatted(element, function);
    boolean flat = loops.isFlat() && loops.size() % 4 == 0 && aligned(loops);
    Kernel kernel = device.kernel("elementwise", options, flat ? "flat4" : "nested");
    int group = device.traits().groupSize();
    int[] extents = loops.extents();
    for (long[] start : loops.starts()) {
      for (int t = 0; t < tensors.length; t++) {
        kernel.memory(OpenClBuffer.memory(tensors[t])).integer(start[t]);
        if (!flat) {
          kernel.integers(loops.strides()[t]);
        } else if (t > 0) {
          kernel.integer(loops.strides()[t][Loops.DEPTH - 1]);
        }
      }
      kernel.real(value);
      if (flat) {
        int n = Math.toIntExact(loops.size());
        kernel.integer(n).launch(device.queue(), Groups.cover(n / 4, group), group);
      } else {
        int width = Math.min(group, Groups.powerOfTwo(extents[3]));
        kernel
            .integers(extents)
            .launch(
                device.queue(),
                new long[] {
                  Groups.cover(extents[3], width), extents[2], (long) extents[0] * extents[1]
                },
                new long[] {width, 1, 1});
      }
    }
  }

  private static boolean aligned(Loops loops) {
    for (int t = 0; t < loops.strides().length; t++) {
      if (loops.strides()[t][Loops.DEPTH - 1] == 1) {
        for (long[] start : loops.starts()) {
          if (start[t] % 4 != 0) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private static String expression(UnaryOp op) {
    return switch (op) {
      case NEGATE -> "(-a)";
      case ABSOLUTE -> "fabs(a)";
      case SIGN -> "(a>0?1.0f:a<0?-1.0f:a)";
      case SQUARE -> "(a*a)";
      case SQUARE_ROOT -> "sqrt(a)";
      case RECIPROCAL -> "(1/a)";
      case EXPONENTIAL -> "exp(a)";
      case LOGARITHM -> "log(a)";
      case TANH -> "tanh(a)";
      case ERROR_FUNCTION -> "erf(a)";
      case SIGMOID -> "sigmoid(a)";
      case SOFTPLUS -> "softplus(a)";
      case RELU -> "(a<0?0:a)";
      case ELU_PLUS_ONE -> "(a>0?a+1:exp(a))";
    };
  }

  private static String expression(BinaryOp op) {
    return switch (op) {
      case ADD -> "(a+b)";
      case SUBTRACT -> "(a-b)";
      case MULTIPLY -> "(a*b)";
      case DIVIDE -> "(a/b)";
      case MAXIMUM -> "(a>b||a!=a?a:b)";
      case MINIMUM -> "(a<b||a!=a?a:b)";
      case LESS -> "(a<b?1.0f:0.0f)";
      case EQUAL -> "(a==b?1.0f:0.0f)";
    };
  }
}
