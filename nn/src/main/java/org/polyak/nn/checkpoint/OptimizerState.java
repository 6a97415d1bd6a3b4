package org.polyak.nn.checkpoint;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * What an optimiser carries from step to step.
 *
 * @param rule the update rule with its settings, as text; compared when training goes on
 * @param step number of updates done
 * @param tensors state tensors by {@code <parameter>.<index in the rule's order>}
 */
public record OptimizerState(String rule, long step, SequencedMap<String, StoredTensor> tensors) {
  /** Copies the map. */
  public OptimizerState {
    tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
  }
}
