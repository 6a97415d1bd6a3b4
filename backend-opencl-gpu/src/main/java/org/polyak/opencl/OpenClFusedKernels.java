package org.polyak.opencl;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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

/** What this backend fuses: everything, but linear layers only as the contract allows. */
final class OpenClFusedKernels implements FusedKernels {
  private final OpenClDevice device;
  private final Support<SoftmaxAttentionKernel> softmaxAttention;
  private final Support<SoftmaxKernel> softmax;
  private final Support<LayerNormKernel> layerNorm;
  private final Map<Activation, Support<LinearKernel>> linear = new EnumMap<>(Activation.class);
  private final Map<Activation, Support<BiasActivationKernel>> biasActivations =
      new EnumMap<>(Activation.class);
  private final Support<CrossEntropyKernel> softmaxCrossEntropy;
  private final Support<LogisticMixtureKernel> logisticMixture;
  private final Support<DropoutKernel> dropout;
  private final Support<SquaredNormsKernel> squaredNorms;
  private final Map<OptimizerRule, Support<OptimizerKernel>> optimizers = new HashMap<>();

  OpenClFusedKernels(OpenClDevice device, MatrixProduct product, Faults faults) {
    this.device = device;
    this.softmaxAttention = new Support.Native<>(new OpenClSoftmaxAttention(device));
    this.softmax = new Support.Native<>(new OpenClSoftmax(device));
    this.layerNorm = new Support.Native<>(new OpenClLayerNorm(device));
    for (Activation activation : Activation.values()) {
      linear.put(activation, linear(device, product, activation));
      biasActivations.put(
          activation, new Support.Native<>(new OpenClBiasActivation(device, activation)));
    }
    this.softmaxCrossEntropy = new Support.Native<>(new OpenClCrossEntropy(device, faults));
    this.logisticMixture = new Support.Native<>(new OpenClLogisticMixture(device));
    this.dropout = new Support.Native<>(new OpenClDropout(device));
    this.squaredNorms = new Support.Native<>(new OpenClSquaredNorms(device));
  }

  @Override
  public Support<AttentionKernel> attention(AttentionSpec spec) {
    return new Support.Native<>(new OpenClAttention(device, spec));
  }

  @Override
  public Support<SoftmaxAttentionKernel> softmaxAttention() {
    return softmaxAttention;
  }

  @Override
  public Support<SoftmaxKernel> softmax() {
    return softmax;
  }

  @Override
  public Support<LayerNormKernel> layerNorm() {
    return layerNorm;
  }

  private static Support<LinearKernel> linear(
      OpenClDevice device, MatrixProduct product, Activation activation) {
    return switch (activation) {
      case IDENTITY, RELU -> new Support.Native<>(new OpenClLinear(device, product, activation));
      case GELU, SILU ->
          new Support.Unsupported<>("its gradient needs the sums before the activation");
    };
  }

  @Override
  public Support<LinearKernel> linear(Activation activation) {
    return Objects.requireNonNull(linear.get(activation));
  }

  @Override
  public Support<BiasActivationKernel> biasActivation(Activation activation) {
    return Objects.requireNonNull(biasActivations.get(activation));
  }

  @Override
  public Support<CrossEntropyKernel> softmaxCrossEntropy() {
    return softmaxCrossEntropy;
  }

  @Override
  public Support<LogisticMixtureKernel> logisticMixture() {
    return logisticMixture;
  }

  @Override
  public Support<DropoutKernel> dropout() {
    return dropout;
  }

  @Override
  public Support<SquaredNormsKernel> squaredNorms() {
    return squaredNorms;
  }

  @Override
  public Support<OptimizerKernel> optimizer(OptimizerRule rule) {
    return optimizers.computeIfAbsent(
        rule, key -> new Support.Native<>(new OpenClOptimizer(device, key)));
  }
}
