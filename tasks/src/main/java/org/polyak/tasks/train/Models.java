package org.polyak.tasks.train;

import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.models.ModelConfig;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;
import org.polyak.tasks.UserException;
import org.polyak.tasks.config.RunConfig;

/** Builds the model that some settings describe. */
final class Models {
  private Models() {}

  /** A model with fresh parameters, which the scope owns. */
  static TrainedModel create(RunConfig run, LearningTask task, Engine engine, Scope scope) {
    Generator initial = Generator.ofSeed(run.seed()).split("parameters");
    return new TrainedModel(
        new SequenceModel(config(run, task), engine, scope, initial), engine, scope);
  }

  private static ModelConfig config(RunConfig run, LearningTask task) {
    var model = run.model();
    try {
      return new ModelConfig(
          task.vocabulary(),
          task.outputs(),
          model.positions(),
          new TransformerConfig(
              model.layers(),
              model.width(),
              model.heads(),
              model.headDim(),
              model.headDim(),
              model.feedForward(),
              model.activation(),
              model.dropout(),
              model.norm(),
              true,
              true,
              task.maximumLength(),
              run.attention(),
              run.connection()));
    } catch (IllegalArgumentException e) {
      throw new UserException.Usage(
          "The model is impossible: %s Change the settings below model, attention or connection."
              .formatted(e.getMessage()),
          e);
    }
  }
}
