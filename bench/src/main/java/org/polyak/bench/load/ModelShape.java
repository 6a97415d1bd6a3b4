package org.polyak.bench.load;

import java.util.Locale;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.models.ModelConfig;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.spi.fused.Activation;

/** Models of the tasks' presets: post-norm, ReLU, positions beside the embedding. */
public enum ModelShape {
  /** The copy task's preset {@code paper}. */
  COPY_PAPER(4, 8, 32, 1024, 0.1, 11, 11),
  /** The copy task's preset {@code quick}. */
  COPY_QUICK(2, 8, 16, 256, 0, 11, 11),
  /** The image task's preset {@code paper}: 256 levels, a mixture of ten logistics. */
  MNIST_PAPER(8, 8, 32, 1024, 0.1, 256, 30),
  /** The image task's preset {@code quick}. */
  MNIST_QUICK(2, 8, 16, 256, 0, 256, 30),
  /** The paper's model for CIFAR-10: twice as deep, images of 3,072 numbers. */
  CIFAR_PAPER(16, 8, 32, 1024, 0.1, 256, 30),
  /** For trying whether a benchmark runs. */
  TINY(1, 2, 4, 16, 0, 16, 6);

  private final int layers;
  private final int heads;
  private final int headDim;
  private final int feedForward;
  private final double dropout;
  private final int vocabulary;
  private final int outputs;

  ModelShape(
      int layers,
      int heads,
      int headDim,
      int feedForward,
      double dropout,
      int vocabulary,
      int outputs) {
    this.layers = layers;
    this.heads = heads;
    this.headDim = headDim;
    this.feedForward = feedForward;
    this.dropout = dropout;
    this.vocabulary = vocabulary;
    this.outputs = outputs;
  }

  /** The name in shapes. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Number of tokens. */
  public int vocabulary() {
    return vocabulary;
  }

  /** Numbers that the head gives for a token. */
  public int outputs() {
    return outputs;
  }

  /** The model for sequences of at most this length. */
  public ModelConfig config(Variant variant, int length) {
    return new ModelConfig(
        vocabulary,
        outputs,
        ModelConfig.Positions.CONCATENATED,
        new TransformerConfig(
            layers,
            heads * headDim,
            heads,
            headDim,
            headDim,
            feedForward,
            Activation.RELU,
            dropout,
            TransformerConfig.NormPlacement.POST,
            true,
            true,
            length,
            variant.config(),
            new ConnectionConfig.Plain()));
  }

  /** A model with the parameters that every backend and every peer begins with. */
  SequenceModel create(Variant variant, int length, Engine engine, Scope scope) {
    return new SequenceModel(
        config(variant, length), engine, scope, Generator.ofSeed(1).split("parameters"));
  }
}
