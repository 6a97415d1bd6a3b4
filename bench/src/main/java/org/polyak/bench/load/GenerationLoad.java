package org.polyak.bench.load;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.models.LogisticMixtureSampler;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.models.StepDecoder;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/**
 * Generation of whole images, pixel by pixel: each step reads the pixel before, carries the state
 * (keys and values for softmax attention) and draws the next pixel on the host. The first pixel
 * that is read is 0.
 *
 * <p>The outputs are what the head gives, [B, outputs] each, for the first {@value #CHECKED_STEPS}
 * pixels of given images: the integers {@code pixels}, [N, B], below the number of tokens.
 *
 * @param variant the attention
 * @param shape model, images at once, pixels of each
 */
public record GenerationLoad(Variant variant, BatchShape shape) implements Load {
  /** Steps that are compared, or all where there are fewer. */
  public static final int CHECKED_STEPS = 16;

  @Override
  public Work prepare(Engine engine, Scope scope) {
    SequenceModel model = model(engine, scope);
    Generator draws = Generator.ofSeed(1).split("draws");
    return Work.of(
        () -> {
          try (StepDecoder decoder = new StepDecoder(model, engine, scope, shape.batch())) {
            int[] pixels = new int[shape.batch()];
            while (decoder.position() < shape.length()) {
              draw(decoder.step(pixels), draws, pixels);
            }
          }
        },
        () -> {
          List<float[]> outputs = new ArrayList<>();
          try (StepDecoder decoder = new StepDecoder(model, engine, scope, shape.batch())) {
            for (int[] pixels : checked()) {
              outputs.add(decoder.step(pixels));
            }
          }
          return outputs;
        });
  }

  /**
   * Draws the next pixels.
   *
   * @param outputs of the head, B times as many as it gives
   * @param pixels B, overwritten
   */
  public void draw(float[] outputs, Generator draws, int[] pixels) {
    var sampler = new LogisticMixtureSampler(LogisticMixtureSampler.Scale.LOSS);
    for (int i = 0; i < pixels.length; i++) {
      int level = sampler.sample(outputs, i, shape.model().outputs(), draws);
      pixels[i] = Math.min(level, shape.model().vocabulary() - 1);
    }
  }

  /** The pixels of the given images that are compared, B for each step. */
  public List<int[]> checked() {
    int batch = shape.batch();
    int steps = Math.min(CHECKED_STEPS, shape.length());
    int[] all = new Numbers().integers("pixels", steps * batch, shape.model().vocabulary());
    List<int[]> pixels = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      pixels.add(Arrays.copyOfRange(all, i * batch, (i + 1) * batch));
    }
    return pixels;
  }

  @Override
  public SequencedMap<String, StoredTensor> parameters(Engine engine, Scope scope) {
    return model(engine, scope).save();
  }

  @Override
  public Amount amount() {
    return Amount.ofItems(shape.batch(), "images");
  }

  @Override
  public List<String> gate() {
    return List.of(variant.gate(), "VERB-MATMUL", "FUSED-LN", "FUSED-BIAS", "LAYER-BLOCK");
  }

  /** The longest sums of a model of this size. */
  @Override
  public double tolerance() {
    return Rounding.ofSums(1024);
  }

  private SequenceModel model(Engine engine, Scope scope) {
    return shape.model().create(variant, shape.length(), engine, scope);
  }
}
