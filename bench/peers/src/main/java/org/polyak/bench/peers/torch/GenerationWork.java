package org.polyak.bench.peers.torch;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.polyak.bench.load.GenerationLoad;
import org.polyak.bench.load.Load;
import org.polyak.nn.random.Generator;

/** Whole images: one call for each pixel, which is then drawn by the load's own sampler. */
final class GenerationWork implements Load.Work {
  private final GenerationLoad load;
  private final Generator draws = Generator.ofSeed(1).split("draws");
  private final NDArray tokens;
  private final Script.Call begin;
  private final Script.Call step;

  GenerationWork(GenerationLoad load, Script script, Tensors tensors) {
    this.load = load;
    script.inference("start", tensors.parameters()).run();
    tokens = tensors.indices(load.shape().batch());
    begin = script.inference("begin", tokens);
    step = script.inference("step", tokens);
  }

  @Override
  public void run() {
    begin.run();
    int[] pixels = new int[load.shape().batch()];
    for (int position = 0; position < load.shape().length(); position++) {
      load.draw(step(pixels), draws, pixels);
    }
  }

  @Override
  public List<float[]> outputs() {
    begin.run();
    List<float[]> outputs = new ArrayList<>();
    for (int[] pixels : load.checked()) {
      outputs.add(step(pixels));
    }
    return outputs;
  }

  private float[] step(int[] pixels) {
    tokens.set(Tensors.longs(pixels));
    return step.outputs().getFirst();
  }
}
