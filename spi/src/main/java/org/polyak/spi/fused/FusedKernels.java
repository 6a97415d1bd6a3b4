package org.polyak.spi.fused;

/**
 * The optional fused operations of a backend. Every method answers for one family, and by default
 * answers that it is not offered.
 */
public interface FusedKernels {
  /** No fused operation at all. */
  FusedKernels NONE = new FusedKernels() {};

  /** Linear-complexity attention: one kernel object per specification. */
  default Support<AttentionKernel> attention(AttentionSpec spec) {
    return Support.notOffered();
  }

  /** Softmax attention without the N×N matrix in memory. */
  default Support<SoftmaxAttentionKernel> softmaxAttention() {
    return Support.notOffered();
  }

  /** Softmax of rows. */
  default Support<SoftmaxKernel> softmax() {
    return Support.notOffered();
  }

  /** Layer normalisation. */
  default Support<LayerNormKernel> layerNorm() {
    return Support.notOffered();
  }

  /**
   * A linear layer: product, bias and activation in one. Only for an activation whose derivative
   * follows from its result: the identity and {@link Activation#RELU}.
   */
  default Support<LinearKernel> linear(Activation activation) {
    return Support.notOffered();
  }

  /** Bias and activation in one pass. */
  default Support<BiasActivationKernel> biasActivation(Activation activation) {
    return Support.notOffered();
  }

  /** Softmax cross-entropy. */
  default Support<CrossEntropyKernel> softmaxCrossEntropy() {
    return Support.notOffered();
  }

  /** The negative log-likelihood of a discretised mixture of logistics. */
  default Support<LogisticMixtureKernel> logisticMixture() {
    return Support.notOffered();
  }

  /** Dropout by a counter-based hash. */
  default Support<DropoutKernel> dropout() {
    return Support.notOffered();
  }

  /** The squared norms of many tensors together. */
  default Support<SquaredNormsKernel> squaredNorms() {
    return Support.notOffered();
  }

  /** One step of an optimiser on all parameters. */
  default Support<OptimizerKernel> optimizer(OptimizerRule rule) {
    return Support.notOffered();
  }
}
