package org.polyak.bench.peers.torch;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.polyak.bench.load.BatchShape;
import org.polyak.bench.load.Load;
import org.polyak.bench.load.TrainingLoad;

/** Steps of training: one call each. */
final class TrainingWork implements Load.Work {
  private final Script.Call step;
  private final Script.Call stepWithoutDropout;
  private final Script.Call losses;

  TrainingWork(TrainingLoad load, Script script, Tensors tensors) {
    BatchShape shape = load.shape();
    int count = shape.batch() * shape.length();
    NDArray tokens =
        tensors.integers("tokens", shape.model().vocabulary(), shape.batch(), shape.length());
    NDArray targets = tensors.integers("targets", shape.model().outputs(), count);
    script.recording("start", tensors.parameters()).run();
    step = script.recording("step", tokens, targets);
    stepWithoutDropout = script.recording("step_without_dropout", tokens, targets);
    losses = script.inference("losses", tokens, targets);
  }

  @Override
  public void run() {
    step.run();
  }

  @Override
  public List<float[]> outputs() {
    List<float[]> outputs = new ArrayList<>(losses.outputs());
    for (int i = 0; i < TrainingLoad.CHECKED_STEPS; i++) {
      stepWithoutDropout.run();
    }
    outputs.addAll(losses.outputs());
    return outputs;
  }
}
