package org.polyak.tasks.config;

import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.models.ModelConfig.Positions;
import org.polyak.spi.fused.Activation;

/**
 * The shape of the transformer.
 *
 * @param layers number of blocks
 * @param heads attention heads
 * @param headDim dimensions per head; the model's width is heads × headDim
 * @param feedForward hidden width of the feed-forward networks
 * @param dropout share of elements zeroed in training, in [0, 1)
 * @param norm where layer norm stands
 * @param activation of the feed-forward networks
 * @param positions how sinusoidal positions enter
 */
public record ModelConfig(
    int layers,
    int heads,
    int headDim,
    int feedForward,
    double dropout,
    NormPlacement norm,
    Activation activation,
    Positions positions) {
  /** The width of the model. */
  public int width() {
    return heads * headDim;
  }
}
