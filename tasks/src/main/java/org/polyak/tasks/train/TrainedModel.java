package org.polyak.tasks.train;

import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.optim.Optimizer;
import org.polyak.spi.Scope;
import org.polyak.tasks.config.RunConfig;

/**
 * A model on a device.
 *
 * @param model with its parameters
 * @param engine of the device
 * @param scope owner of the parameters, and of what generation needs meanwhile
 */
public record TrainedModel(SequenceModel model, Engine engine, Scope scope) {
  /** Starts generating so many sequences together. */
  public StepDecoder decoder(int batch) {
    return new StepDecoder(model, engine, scope, batch);
  }

  /** Starts training it by the rule of some settings. */
  Optimizer optimizer(RunConfig run) {
    return new Optimizer(engine, run.optimizer(), run.clipping(), model.parameters(), scope);
  }
}
