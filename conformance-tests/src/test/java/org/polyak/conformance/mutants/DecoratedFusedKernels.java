package org.polyak.conformance.mutants;

import java.util.function.Function;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.SoftmaxKernel;
import org.polyak.spi.fused.SquaredNormsKernel;
import org.polyak.spi.fused.Support;

/** The fused operations of another backend. Mutants override the one that they break. */
class DecoratedFusedKernels implements FusedKernels {
  final FusedKernels good;

  DecoratedFusedKernels(FusedKernels good) {
    this.good = good;
  }

  /** The same answer, with the kernel replaced where there is one. */
  static <K> Support<K> replaced(Support<K> support, Function<K, K> replacement) {
    return switch (support) {
      case Support.Native<K>(K kernel) -> new Support.Native<>(replacement.apply(kernel));
      case Support.Unsupported<K> unsupported -> unsupported;
    };
  }

  @Override
  public Support<AttentionKernel> attention(AttentionSpec spec) {
    return good.attention(spec);
  }

  @Override
  public Support<SoftmaxAttentionKernel> softmaxAttention() {
    return good.softmaxAttention();
  }

  @Override
  public Support<SoftmaxKernel> softmax() {
    return good.softmax();
  }

  @Override
  public Support<LayerNormKernel> layerNorm() {
    return good.layerNorm();
  }

  @Override
  public Support<LinearKernel> linear(Activation activation) {
    return good.linear(activation);
  }

  @Override
  public Support<BiasActivationKernel> biasActivation(Activation activation) {
    return good.biasActivation(activation);
  }

  @Override
  public Support<CrossEntropyKernel> softmaxCrossEntropy() {
    return good.softmaxCrossEntropy();
  }

  @Override
  public Support<LogisticMixtureKernel> logisticMixture() {
    return good.logisticMixture();
  }

  @Override
  public Support<DropoutKernel> dropout() {
    return good.dropout();
  }

  @Override
  public Support<SquaredNormsKernel> squaredNorms() {
    return good.squaredNorms();
  }

  @Override
  public Support<OptimizerKernel> optimizer(OptimizerRule rule) {
    return good.optimizer(rule);
  }
}
