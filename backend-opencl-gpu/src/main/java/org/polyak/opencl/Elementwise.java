package org.polyak.opencl;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.BinaryOp;
import org.polyak.spi.DType;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;

/** Element-wise functions and copies. */
final class Elementwise {
  private static final int FOUR = 4;

  private final OpenClDevice device;
  private final Transposition transposition;
  private final Map<UnaryOp, String> unary;
  private final Map<BinaryOp, String> binary;

  Elementwise(OpenClDevice device) {
    this.device = device;
    this.transposition = new Transposition(device);
    this.unary = options(UnaryOp.class, Elementwise::expression);
    this.binary = options(BinaryOp.class, Elementwise::expression);
  }

  void fill(Tensor out, double value) {
    if (out.dtype() == DType.F32) {
      run("-DELEMENT=float -DFUNCTION=value", (float) value, out, out, out, out);
    } else if ((float) value == value) {
      run("-DELEMENT=int -DFUNCTION=convert_int(value)", (float) value, out, out, out, out);
    } else {
      run("-DELEMENT=int -DFUNCTION=" + (int) value, 0, out, out, out, out);
    }
  }

  void copy(Tensor in, Tensor out) {
    if (out.shape().size() == 0 || (device.traits().cooperative() && transposition.copy(in, out))) {
      return;
    }
    run("-DELEMENT=int -DFUNCTION=a", 0, out, in, in, in);
  }

  void unary(UnaryOp op, Tensor in, Tensor out) {
    run(get(unary, op), 0, out, in, in, in);
  }

  void binary(BinaryOp op, Tensor a, Tensor b, Tensor out) {
    run(get(binary, op), 0, out, a, b, b);
  }

  void select(Tensor condition, Tensor a, Tensor b, Tensor out) {
    run("-DELEMENT=float -DFUNCTION=(a!=0?b:c)", 0, out, condition, a, b);
  }

  private void run(String options, float value, Tensor out, Tensor a, Tensor b, Tensor c) {
    if (out.shape().size() == 0) {
      return;
    }
    Tensor[] tensors = {out, a, b, c};
    Loops loops = Loops.over(out.layout(), a.layout(), b.layout(), c.layout());
    boolean aligned = loops.allowFours();
    boolean flat = aligned && loops.isFlat();
    int step = aligned && !flat && loops.extents()[Loops.DEPTH - 1] % FOUR == 0 ? FOUR : 1;
    Kernel kernel =
        device.kernel("elementwise", options, flat ? "flat" : step == FOUR ? "nested4" : "nested");
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
        launchFlat(kernel, Math.toIntExact(loops.size()));
      } else {
        launchNested(kernel, loops.extents(), step);
      }
    }
  }

  private void launchFlat(Kernel kernel, int n) {
    int group = device.traits().groupSize();
    kernel.integer(n).launch(device.queue(), Groups.cover(Math.ceilDiv(n, FOUR), group), group);
  }

  private void launchNested(Kernel kernel, int[] extents, int step) {
    int group = device.traits().groupSize();
    int steps = Math.ceilDiv(extents[3], step);
    int across = Math.min(group, Groups.powerOfTwo(steps));
    int blocks = Math.ceilDiv(steps, across);
    long rows = (long) extents[0] * extents[1] * extents[2];
    long groups = Math.ceilDiv(rows, group / across) * blocks;
    kernel
        .integers(extents)
        .integer(across)
        .integer(blocks)
        .launch(device.queue(), groups * group, group);
  }

  private static <E extends Enum<E>> String get(Map<E, String> options, E op) {
    return Objects.requireNonNull(options.get(op));
  }

  private static <E extends Enum<E>> Map<E, String> options(
      Class<E> type, Function<E, String> expression) {
    Map<E, String> options = new EnumMap<>(type);
    for (E op : type.getEnumConstants()) {
      options.put(op, "-DELEMENT=float -DFUNCTION=" + expression.apply(op));
    }
    return options;
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
