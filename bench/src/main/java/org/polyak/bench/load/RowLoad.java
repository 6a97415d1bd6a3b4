package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.SoftmaxKernel;
import org.polyak.spi.fused.Support;

/**
 * What models do to the rows of a matrix, fused where the backend offers it. The outputs are the
 * operation's, followed by the gradients of its inputs where those are computed.
 *
 * @param operation which
 * @param gradient whether gradients are computed too, from the gradient {@code weights} of the
 *     result, [R, C]; cross-entropy takes its gradient from the mean of the rows' losses
 * @param rows R
 * @param columns C
 */
public record RowLoad(Operation operation, boolean gradient, int rows, int columns)
    implements Load {
  /** ε of layer normalisation. */
  public static final double EPSILON = 1e-5;

  /** What is done to the rows. */
  public enum Operation {
    /** {@code gelu(in + bias)} with the error function; gradients of {@code in, bias}. */
    BIAS_GELU("FUSED-BIAS-GELU", 2),
    /** Layer normalisation of {@code in} with {@code gain, bias}; gradients of all three. */
    LAYER_NORM("FUSED-LN", 2),
    /** {@code softmax(in)}; gradient of {@code in}. */
    SOFTMAX("FUSED-SOFTMAX", 2),
    /**
     * The mean of softmax cross-entropies of {@code logits} and the integers {@code targets} below
     * C; its gradient of {@code logits}.
     */
    CROSS_ENTROPY("FUSED-CE", 1);

    private final String gate;

    /** Matrices read and written forward. */
    private final int passes;

    Operation(String gate, int passes) {
      this.gate = gate;
      this.passes = passes;
    }
  }

  static RowLoad of(Operation operation, boolean gradient, String shape) {
    int[] extents = Extents.parse(shape, "R", "C");
    return new RowLoad(operation, gradient, extents[0], extents[1]);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Inputs inputs = new Inputs(engine, scope);
    Works works = new Works(engine, scope);
    FusedKernels fused = engine.backend().fused();
    return switch (operation) {
      case BIAS_GELU ->
          fused.biasActivation(Activation.GELU)
                  instanceof Support.Native<BiasActivationKernel>(BiasActivationKernel kernel)
              ? biasGelu(kernel, inputs, works)
              : biasGelu(inputs, works);
      case LAYER_NORM ->
          fused.layerNorm() instanceof Support.Native<LayerNormKernel>(LayerNormKernel kernel)
              ? layerNorm(kernel, inputs, works)
              : layerNorm(inputs, works);
      case SOFTMAX ->
          fused.softmax() instanceof Support.Native<SoftmaxKernel>(SoftmaxKernel kernel)
              ? softmax(kernel, inputs, works)
              : softmax(inputs, works);
      case CROSS_ENTROPY -> crossEntropy(inputs, works);
    };
  }

  /**
   * Backward, what was read forward is read again and a gradient written; where one is given, it is
   * read.
   */
  @Override
  public Amount amount() {
    int backward = operation == Operation.CROSS_ENTROPY ? 2 : 3;
    int matrices = operation.passes + (gradient ? backward : 0);
    return Amount.ofBytes((double) matrices * rows * columns * Float.BYTES);
  }

  @Override
  public List<String> gate() {
    return List.of(operation.gate);
  }

  @Override
  public double tolerance() {
    return Rounding.ofSums(gradient ? Math.max(rows, columns) : columns);
  }

  private Work biasGelu(BiasActivationKernel kernel, Inputs inputs, Works works) {
    Tensor in = inputs.tensor("in", rows, columns);
    Tensor bias = inputs.tensor("bias", columns);
    Tensor out = works.result(rows, columns);
    if (!gradient) {
      return works.kernels(() -> kernel.forward(in, bias, out), out);
    }
    Tensor weights = inputs.tensor("weights", rows, columns);
    Tensor inGradient = works.result(rows, columns);
    Tensor biasGradient = works.result(columns);
    return works.kernels(
        () -> {
          kernel.forward(in, bias, out);
          kernel.backward(in, bias, weights, inGradient, biasGradient);
        },
        out,
        inGradient,
        biasGradient);
  }

  private Work biasGelu(Inputs inputs, Works works) {
    Variable in = inputs.parameter("in", rows, columns);
    Variable bias = inputs.parameter("bias", columns);
    return composed(
        inputs, works, ops -> ops.activation(Activation.GELU, ops.add(in, bias)), in, bias);
  }

  private Work layerNorm(LayerNormKernel kernel, Inputs inputs, Works works) {
    Tensor in = inputs.tensor("in", rows, columns);
    Tensor gain = inputs.tensor("gain", columns);
    Tensor bias = inputs.tensor("bias", columns);
    Tensor out = works.result(rows, columns);
    if (!gradient) {
      return works.kernels(() -> kernel.forward(in, gain, bias, EPSILON, out, null), out);
    }
    Tensor saved = works.result(rows, 2);
    Tensor weights = inputs.tensor("weights", rows, columns);
    Tensor inGradient = works.result(rows, columns);
    Tensor gainGradient = works.result(columns);
    Tensor biasGradient = works.result(columns);
    return works.kernels(
        () -> {
          kernel.forward(in, gain, bias, EPSILON, out, saved);
          kernel.backward(in, gain, saved, weights, inGradient, gainGradient, biasGradient);
        },
        out,
        inGradient,
        gainGradient,
        biasGradient);
  }

  private Work layerNorm(Inputs inputs, Works works) {
    Variable in = inputs.parameter("in", rows, columns);
    Variable gain = inputs.parameter("gain", columns);
    Variable bias = inputs.parameter("bias", columns);
    return composed(inputs, works, ops -> ops.layerNorm(in, gain, bias, EPSILON), in, gain, bias);
  }

  private Work softmax(SoftmaxKernel kernel, Inputs inputs, Works works) {
    Tensor in = inputs.tensor("in", rows, columns);
    Tensor out = works.result(rows, columns);
    if (!gradient) {
      return works.kernels(() -> kernel.forward(in, out), out);
    }
    Tensor weights = inputs.tensor("weights", rows, columns);
    Tensor inGradient = works.result(rows, columns);
    return works.kernels(
        () -> {
          kernel.forward(in, out);
          kernel.backward(out, weights, inGradient);
        },
        out,
        inGradient);
  }

  private Work softmax(Inputs inputs, Works works) {
    Variable in = inputs.parameter("in", rows, columns);
    return composed(inputs, works, ops -> ops.softmax(in), in);
  }

  private Work crossEntropy(Inputs inputs, Works works) {
    Variable logits = inputs.parameter("logits", rows, columns);
    Variable targets = inputs.indices("targets", rows, columns);
    Works.Operation mean = ops -> ops.meanAll(ops.crossEntropy(logits, targets, 0));
    return gradient ? works.gradients(mean, (ops, loss) -> loss, logits) : works.operation(mean);
  }

  private Work composed(
      Inputs inputs, Works works, Works.Operation operation, Variable... parameters) {
    if (!gradient) {
      return works.operation(operation);
    }
    Variable weights = Variable.constant(inputs.tensor("weights", rows, columns));
    return works.gradients(
        operation, (ops, result) -> ops.sumAll(ops.multiply(result, weights)), parameters);
  }
}
