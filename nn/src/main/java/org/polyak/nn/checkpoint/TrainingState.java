package org.polyak.nn.checkpoint;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What, together with parameters and configuration, makes a resumed run end bit-identical to an
 * uninterrupted one. Learning-rate schedules are functions of the step and need nothing else.
 *
 * @param step number of training steps done
 * @param optimizer the optimiser's state
 * @param generators the state of each random stream by label, see {@link
 *     org.polyak.nn.random.Generator#state}
 * @param progress further numbers of the training loop by name, such as the best metric so far;
 *     kept to the last bit
 */
public record TrainingState(
    long step,
    OptimizerState optimizer,
    Map<String, long[]> generators,
    Map<String, Double> progress) {
  /** Copies the maps. */
  public TrainingState {
    generators = Collections.unmodifiableMap(new TreeMap<>(generators));
    progress = Collections.unmodifiableMap(new TreeMap<>(progress));
  }
}
