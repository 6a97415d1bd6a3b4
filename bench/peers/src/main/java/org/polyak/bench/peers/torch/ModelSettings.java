package org.polyak.bench.peers.torch;

import org.polyak.bench.load.BatchShape;
import org.polyak.bench.load.GenerationLoad;
import org.polyak.bench.load.RecomputationLoad;
import org.polyak.bench.load.TrainingLoad;
import org.polyak.bench.load.Variant;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.TransformerConfig;

/** What the scripts need to know of attention and models. */
final class ModelSettings {
  /** Of 32, 64 and 128 tokens the fastest for PyTorch on long sequences. */
  private static final int CHUNK = 64;

  /** The fastest in training, where sequences are short. */
  private static final int TRAINING_CHUNK = 32;

  private ModelSettings() {}

  static Script.Settings of(Variant variant) {
    return recurrence(variant).with("chunk", CHUNK);
  }

  static Script.Settings of(TrainingLoad load) {
    TransformerConfig transformer = transformer(load.variant(), load.shape());
    return recurrence(load.variant())
        .with("chunk", TRAINING_CHUNK)
        .with("layers", transformer.layers())
        .with("heads", transformer.heads())
        .with("dropout", transformer.dropout())
        .with("rate", TrainingLoad.LEARNING_RATE)
        .with("decay", TrainingLoad.WEIGHT_DECAY)
        .with("steps", 0)
        .unset("parameters", "first", "second");
  }

  static Script.Settings of(GenerationLoad load) {
    TransformerConfig transformer = transformer(load.variant(), load.shape());
    return recurrence(load.variant())
        .with("layers", transformer.layers())
        .with("heads", transformer.heads())
        .with("length", load.shape().length())
        .with("position", 0)
        .unset("parameters", "memory");
  }

  static Script.Settings of(RecomputationLoad load) {
    TransformerConfig transformer = transformer(load.variant(), load.shape());
    return of(load.variant())
        .with("layers", transformer.layers())
        .with("heads", transformer.heads())
        .unset("parameters");
  }

  private static Script.Settings recurrence(Variant variant) {
    return new Script.Settings()
        .with("variant", variant.id())
        .with("beta", Variant.BETA)
        .with("gamma", Variant.GAMMA)
        .with("epsilon", AttentionConfig.EPSILON);
  }

  private static TransformerConfig transformer(Variant variant, BatchShape shape) {
    return shape.model().config(variant, shape.length()).transformer();
  }
}
