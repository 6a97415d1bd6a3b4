package org.polyak.nn.ops;

import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Shape;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.DropoutHash;

/** Layers and losses composed from verbs; their gradients follow from the verbs' rules. */
final class CompositeLayers {
  private CompositeLayers() {}

  static Variable activation(Ops ops, Activation activation, Variable x) {
    return switch (activation) {
      case IDENTITY -> x;
      case RELU -> ops.unary(UnaryOp.RELU, x);
      case GELU -> {
        Variable erf = ops.unary(UnaryOp.ERROR_FUNCTION, ops.scale(x, Math.sqrt(0.5)));
        yield ops.multiply(ops.scale(x, 0.5), ops.shift(erf, 1));
      }
      case SILU -> ops.multiply(x, ops.unary(UnaryOp.SIGMOID, x));
    };
  }

  static Variable softmax(Ops ops, Variable x) {
    Variable powers = relativeTo(ops, peak(ops, x), x);
    return ops.divide(powers, ops.sum(powers, -1));
  }

  static Variable layerNorm(
      Ops ops, Variable x, Variable gain, @Nullable Variable bias, double epsilon) {
    Variable centred = ops.subtract(x, ops.mean(x, -1));
    Variable variance = ops.mean(ops.unary(UnaryOp.SQUARE, centred), -1);
    Variable deviation = ops.unary(UnaryOp.SQUARE_ROOT, ops.shift(variance, epsilon));
    Variable scaled = ops.multiply(ops.divide(centred, deviation), gain);
    return bias == null ? scaled : ops.add(scaled, bias);
  }

  /** 0 for dropped elements, 1/(1 − rate) for kept ones. */
  static Variable dropoutMask(Ops ops, Shape shape, double rate, int seed) {
    float[] mask = new float[Math.toIntExact(shape.size())];
    float kept = (float) (1 / (1 - rate));
    for (int i = 0; i < mask.length; i++) {
      mask[i] = DropoutHash.uniform(seed, i) >= (float) rate ? kept : 0;
    }
    return ops.constant(mask, shape.dims());
  }

  static Variable crossEntropy(Ops ops, Variable logits, Variable targets, double labelSmoothing) {
    int rows = logits.shape().dim(0);
    int classes = logits.shape().dim(1);
    int[] ids = ops.toIntegers(targets);
    float[] hot = new float[rows * classes];
    float[] counted = new float[rows];
    for (int row = 0; row < rows; row++) {
      if (ids[row] >= classes) {
        throw new IndexOutOfBoundsException(
            "crossEntropy: target %d of row %d is not one of %d classes."
                .formatted(ids[row], row, classes));
      }
      if (ids[row] >= 0) {
        hot[row * classes + ids[row]] = 1;
        counted[row] = 1;
      }
    }
    Variable logProbabilities = ops.subtract(logits, logSumExp(ops, logits));
    Variable target = ops.sum(ops.multiply(logProbabilities, ops.constant(hot, rows, classes)), 1);
    Variable loss = ops.scale(target, labelSmoothing - 1);
    if (labelSmoothing > 0) {
      loss = ops.subtract(loss, ops.scale(ops.mean(logProbabilities, 1), labelSmoothing));
    }
    return ops.multiply(ops.reshape(loss, rows), ops.constant(counted, rows));
  }

  /** ln Σ eˣ over the last axis, which stays with extent 1. */
  static Variable logSumExp(Ops ops, Variable x) {
    Variable peak = peak(ops, x);
    Variable total = ops.sum(relativeTo(ops, peak, x), -1);
    return ops.add(ops.unary(UnaryOp.LOGARITHM, total), peak);
  }

  /** The largest along the last axis, a constant: it changes no result of what it is taken off. */
  private static Variable peak(Ops ops, Variable x) {
    return ops.detach(ops.max(ops.detach(x), -1));
  }

  private static Variable relativeTo(Ops ops, Variable peak, Variable x) {
    return ops.unary(UnaryOp.EXPONENTIAL, ops.subtract(x, peak));
  }
}
