package org.polyak.conformance.mutants;

import org.jspecify.annotations.Nullable;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.SoftmaxKernel;

/** Good kernels of fused operations, to be overridden in part. */
final class DecoratedFusedOperations {
  private DecoratedFusedOperations() {}

  /** Softmax of rows. */
  static class Softmax implements SoftmaxKernel {
    final SoftmaxKernel good;

    Softmax(SoftmaxKernel good) {
      this.good = good;
    }

    @Override
    public void forward(Tensor in, Tensor out) {
      good.forward(in, out);
    }

    @Override
    public void backward(Tensor out, Tensor outGradient, Tensor inGradient) {
      good.backward(out, outGradient, inGradient);
    }
  }

  /** Layer normalisation. */
  static class LayerNorm implements LayerNormKernel {
    final LayerNormKernel good;

    LayerNorm(LayerNormKernel good) {
      this.good = good;
    }

    @Override
    public void forward(
        Tensor in,
        Tensor gain,
        @Nullable Tensor bias,
        double epsilon,
        Tensor out,
        @Nullable Tensor saved) {
      good.forward(in, gain, bias, epsilon, out, saved);
    }

    @Override
    public void backward(
        Tensor in,
        Tensor gain,
        Tensor saved,
        Tensor outGradient,
        Tensor inGradient,
        Tensor gainGradient,
        @Nullable Tensor biasGradient) {
      good.backward(in, gain, saved, outGradient, inGradient, gainGradient, biasGradient);
    }
  }

  /** Linear layers. */
  static class Linear implements LinearKernel {
    final LinearKernel good;

    Linear(LinearKernel good) {
      this.good = good;
    }

    @Override
    public void forward(Tensor in, Tensor weight, Tensor bias, DropoutMask dropout, Tensor out) {
      good.forward(in, weight, bias, dropout, out);
    }

    @Override
    public void backward(
        Tensor out,
        DropoutMask dropout,
        Tensor outGradient,
        Tensor productGradient,
        Tensor biasGradient) {
      good.backward(out, dropout, outGradient, productGradient, biasGradient);
    }
  }

  /** Bias and activation. */
  static class BiasActivation implements BiasActivationKernel {
    final BiasActivationKernel good;

    BiasActivation(BiasActivationKernel good) {
      this.good = good;
    }

    @Override
    public void forward(Tensor in, Tensor bias, Tensor out) {
      good.forward(in, bias, out);
    }

    @Override
    public void backward(
        Tensor in, Tensor bias, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
      good.backward(in, bias, outGradient, inGradient, biasGradient);
    }
  }

  /** Softmax cross-entropy. */
  static class CrossEntropy implements CrossEntropyKernel {
    final CrossEntropyKernel good;

    CrossEntropy(CrossEntropyKernel good) {
      this.good = good;
    }

    @Override
    public void forward(Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
      good.forward(logits, targets, labelSmoothing, losses);
    }

    @Override
    public void backward(
        Tensor logits,
        Tensor targets,
        double labelSmoothing,
        Tensor lossGradients,
        Tensor logitGradients) {
      good.backward(logits, targets, labelSmoothing, lossGradients, logitGradients);
    }
  }

  /** The mixture of logistics. */
  static class LogisticMixture implements LogisticMixtureKernel {
    final LogisticMixtureKernel good;

    LogisticMixture(LogisticMixtureKernel good) {
      this.good = good;
    }

    @Override
    public void forward(Tensor parameters, Tensor targets, Tensor losses) {
      good.forward(parameters, targets, losses);
    }

    @Override
    public void backward(
        Tensor parameters, Tensor targets, Tensor lossGradients, Tensor parameterGradients) {
      good.backward(parameters, targets, lossGradients, parameterGradients);
    }
  }

  /** Softmax attention. */
  static class SoftmaxAttention implements SoftmaxAttentionKernel {
    final SoftmaxAttentionKernel good;

    SoftmaxAttention(SoftmaxAttentionKernel good) {
      this.good = good;
    }

    @Override
    public void forward(
        AttentionInputs inputs,
        boolean causal,
        double scale,
        Tensor out,
        @Nullable Tensor logSumExp) {
      good.forward(inputs, causal, scale, out, logSumExp);
    }

    @Override
    public void backward(
        AttentionInputs inputs,
        boolean causal,
        double scale,
        Tensor out,
        Tensor logSumExp,
        Tensor outGradient,
        AttentionGradients gradients) {
      good.backward(inputs, causal, scale, out, logSumExp, outGradient, gradients);
    }
  }
}
