package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.models.LogisticMixtureSampler;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/**
 * Generation of whole images, pixel by pixel: each step reads the pixel before, carries the state
 * (keys and values for softmax attention) and draws the next pixel on the host.
 *
 * @param variant the attention
 * @param shape model, images at once, pixels of each
 */
record GenerationLoad(Variant variant, BatchShape shape) implements Load {
  @Override
  public Work prepare(Engine engine, Scope scope) {
    Generator generator = Generator.ofSeed(1);
    Generator draws = generator.split("draws");
    ModelShape shapes = shape.model();
    SequenceModel model =
        new SequenceModel(
            shapes.config(variant, shape.length()), engine, scope, generator.split("parameters"));
    var sampler = new LogisticMixtureSampler(LogisticMixtureSampler.Scale.LOSS);
    return () -> {
      int[] pixels = new int[shape.batch()];
      try (StepDecoder decoder = new StepDecoder(model, engine, scope, shape.batch())) {
        while (decoder.position() < shape.length()) {
          float[] outputs = decoder.step(pixels);
          for (int i = 0; i < pixels.length; i++) {
            int level = sampler.sample(outputs, i, shapes.outputs(), draws);
            pixels[i] = Math.min(level, shapes.vocabulary() - 1);
          }
        }
      }
    };
  }

  @Override
  public Amount amount() {
    return Amount.ofItems(shape.batch(), "images");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate(), "VERB-MATMUL", "FUSED-LN", "FUSED-BIAS", "LAYER-BLOCK");
  }
}
