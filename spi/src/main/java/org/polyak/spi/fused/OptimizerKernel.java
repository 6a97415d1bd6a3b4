package org.polyak.spi.fused;

import java.util.List;

/** One optimiser step, in place, on all parameters of a model. */
public interface OptimizerKernel {
  /**
   * Updates parameters and their state.
   *
   * @param updates what is updated; no tensor is in two of them, but a gradient scale may be
   * @param learningRate η
   * @param step t, from 1
   */
  void step(List<ParameterUpdate> updates, double learningRate, long step);
}
