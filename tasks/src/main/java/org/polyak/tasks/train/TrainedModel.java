package org.polyak.tasks.train;

import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;

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
}
