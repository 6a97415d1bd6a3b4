package org.polyak.tasks.config;

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
 * @param positions how positions enter
 */
public record ModelConfig(
    int layers,
    int heads,
    int headDim,
    int feedForward,
    double dropout,
    Norm norm,
    Activation activation,
    Positions positions) {
  /** The width of the model. */
  public int width() {
    return heads * headDim;
  }

  /** Where layer norm stands. */
  public enum Norm {
    /** After each sublayer. */
    POST,
    /** Before each sublayer. */
    PRE
  }

  /** The non-linearity of the feed-forward networks. */
  public enum Activation {
    /** max(x, 0). */
    RELU,
    /** x Φ(x). */
    GELU,
    /** x σ(x). */
    SILU
  }

  /** How sinusoidal positions enter. */
  public enum Positions {
    /** Beside a token embedding of half the width. */
    CONCATENATED,
    /** Added to a token embedding of the full width. */
    ADDED
  }
}
