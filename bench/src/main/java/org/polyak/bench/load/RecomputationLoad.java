package org.polyak.bench.load;

import java.util.List;
import java.util.SequencedMap;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.models.SequenceModel;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.Scope;

/**
 * The last pixel of images without any memory of the pixels before: the model runs over all of them
 * once more, as it must for every pixel where attention carries no state and keeps no keys and
 * values. The images so far are the integers {@code pixels}, [B, N], below the number of tokens.
 *
 * <p>The output is what the head gives for the last pixel, [B, outputs].
 *
 * @param variant the attention
 * @param shape model, images at once, pixels of each
 */
public record RecomputationLoad(Variant variant, BatchShape shape) implements Load {
  @Override
  public Work prepare(Engine engine, Scope scope) {
    SequenceModel model = shape.model().create(variant, shape.length(), engine, scope);
    Generator draws = Generator.ofSeed(1).split("draws");
    GenerationLoad generation = new GenerationLoad(variant, shape);
    int[] pixels = pixels();
    int[] drawn = new int[shape.batch()];
    return Work.of(
        () -> generation.draw(last(model, pixels, engine, scope), draws, drawn),
        () -> List.of(last(model, pixels, engine, scope)));
  }

  @Override
  public SequencedMap<String, StoredTensor> parameters(Engine engine, Scope scope) {
    return shape.model().create(variant, shape.length(), engine, scope).save();
  }

  @Override
  public Amount amount() {
    return Amount.ofItems(shape.batch(), "pixels");
  }

  @Override
  public List<String> gate() {
    return new GenerationLoad(variant, shape).gate();
  }

  @Override
  public double tolerance() {
    return Rounding.ofSums(Math.max(1024, shape.length()));
  }

  /** The pixels of the images so far, [B, N]. */
  public int[] pixels() {
    return new Numbers()
        .integers("pixels", shape.batch() * shape.length(), shape.model().vocabulary());
  }

  private float[] last(SequenceModel model, int[] pixels, Engine engine, Scope scope) {
    try (Scope run = scope.child("run")) {
      Ops ops = Ops.inference(engine, run);
      Variable outputs = model.forward(ops, pixels, shape.batch(), null);
      int length = shape.length();
      return ops.toFloats(ops.contiguous(ops.slice(outputs, 1, length - 1, length)));
    }
  }
}
