package org.polyak.nn.autograd;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The steps of one forward pass, in the order in which they ran. Used once. */
public final class Tape {
  /** Enough for the models of the tasks. */
  private static final int USUAL_STEPS = 128;

  private final List<Step> steps = new ArrayList<>(USUAL_STEPS);

  /** Nothing recorded yet. */
  public Tape() {}

  /** Appends a step. */
  public void record(Step step) {
    steps.add(step);
  }

  /** The steps, oldest first; a live view. */
  public List<Step> steps() {
    return Collections.unmodifiableList(steps);
  }
}
