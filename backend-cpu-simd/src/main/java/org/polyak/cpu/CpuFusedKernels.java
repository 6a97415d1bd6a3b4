package org.polyak.cpu;

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

/**
 * {@link FusedKernels} of the CPU: every operation is offered, linear layers with the activations
 * that the contract names. Confined to the thread of its backend, like the pool it runs on.
 */
final class CpuFusedKernels implements FusedKernels {
  private final WorkerPool pool;
  private final AttentionLoops attention;

  /** Kernels hold tables of weights; a model asks for the same few again and again. */
  private final Map<AttentionSpec, Support<AttentionKernel>> attentions = new HashMap<>();

  private final OptimizerLoops optimizers;
  private final Support<SoftmaxAttentionKernel> softmaxAttention;
  private final Support<SoftmaxKernel> softmax;
  private final Support<LayerNormKernel> layerNorm;
  private final Map<Activation, Support<LinearKernel>> linear = new EnumMap<>(Activation.class);
  private final Map<Activation, Support<BiasActivationKernel>> biasActivations =
      new EnumMap<>(Activation.class);
  private final Support<CrossEntropyKernel> crossEntropy;
  private final Support<LogisticMixtureKernel> logisticMixture;
  private final Support<DropoutKernel> dropout;
  private final Support<SquaredNormsKernel> squaredNorms;

  /** The fused operations of one device. */
  CpuFusedKernels(CpuDevice device) {
    pool = device.pool();
    attention = AttentionLoops.load(device);
    optimizers = device.kernel(VectorOptimizerLoops.class);
    softmaxAttention = new Support.Native<>(new CpuSoftmaxAttention(device));
    softmax = new Support.Native<>(new CpuSoftmax(device));
    layerNorm = new Support.Native<>(new CpuLayerNorm(device));
    CpuDropout dropping = new CpuDropout(device);
    for (Activation activation : Activation.values()) {
      biasActivations.put(
          activation, new Support.Native<>(new CpuBiasActivation(device, activation)));
      linear.put(activation, linear(device, dropping, activation));
    }
    crossEntropy = new Support.Native<>(new CpuCrossEntropy(device));
    logisticMixture = new Support.Native<>(new CpuLogisticMixture(pool));
    dropout = new Support.Native<>(dropping);
    squaredNorms = new Support.Native<>(new CpuSquaredNorms(pool, optimizers));
  }

  @Override
  public Support<AttentionKernel> attention(AttentionSpec spec) {
    return attentions.computeIfAbsent(
        spec, s -> new Support.Native<>(new CpuAttention(pool, attention, s)));
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
      CpuDevice device, CpuDropout dropout, Activation activation) {
    return switch (activation) {
      case IDENTITY, RELU -> new Support.Native<>(new CpuLinear(device, dropout, activation));
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
    return crossEntropy;
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
    return new Support.Native<>(new CpuOptimizer(pool, optimizers, rule));
  }
}
