package org.polyak.opencl;

import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.Support;

/** What this backend fuses. */
final class OpenClFusedKernels implements FusedKernels {
  private final OpenClDevice device;
  private final Faults faults;
  private final Reduction reduction;

  OpenClFusedKernels(OpenClDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
    this.reduction = new Reduction(device);
  }

  @Override
  public Support<AttentionKernel> attention(AttentionSpec spec) {
    return new Support.Native<>(new OpenClAttention(device, spec));
  }

  @Override
  public Support<LayerNormKernel> layerNorm() {
    return new Support.Native<>(new OpenClLayerNorm(device, reduction));
  }

  @Override
  public Support<BiasActivationKernel> biasActivation(Activation activation) {
    return new Support.Native<>(new OpenClBiasActivation(device, reduction, activation));
  }

  @Override
  public Support<CrossEntropyKernel> softmaxCrossEntropy() {
    return new Support.Native<>(new OpenClCrossEntropy(device, faults));
  }

  @Override
  public Support<DropoutKernel> dropout() {
    return new Support.Native<>(new OpenClDropout(device));
  }

  @Override
  public Support<OptimizerKernel> optimizer(OptimizerRule rule) {
    return new Support.Native<>(new OpenClOptimizer(device, rule));
  }
}
