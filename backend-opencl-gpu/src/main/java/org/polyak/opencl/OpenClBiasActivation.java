package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.DropoutMask;

/** {@link BiasActivationKernel}. */
final class OpenClBiasActivation implements BiasActivationKernel {
  /** Packs of a row that a group takes side by side in the backward pass. */
  private static final int MOST_COLUMNS = 64;

  private static final int LEAST_ROWS = 16;

  private final OpenClDevice device;
  private final Activation activation;
  private final Map<Cut, String> options = new HashMap<>();

  OpenClBiasActivation(OpenClDevice device, Activation activation) {
    this.device = device;
    this.activation = activation;
  }

  /** How groups cut a matrix; see the kernel's options. */
  private record Cut(int vector, int columns, int slots, boolean ofResult, boolean drops) {}

  @Override
  public void forward(Tensor in, Tensor bias, Tensor out) {
    if (in.shape().size() == 0) {
      return;
    }
    Cut cut = cut(false, DropoutMask.NONE, in, bias, out);
    long n = in.shape().size() / cut.vector();
    int group = device.traits().groupSize();
    Packs.arguments(kernel(cut, "forward"), cut.vector(), out, in, bias)
        .integer(in.shape().dim(1) / cut.vector())
        .integer(Math.toIntExact(n))
        .launch(device.queue(), Groups.cover(n, group), group);
  }

  @Override
  public void backward(
      Tensor in, Tensor bias, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    submit(in, bias, DropoutMask.NONE, outGradient, inGradient, biasGradient);
  }

  /**
   * Gradients from the result of the identity or ReLU, as {@link
   * org.polyak.spi.fused.LinearKernel#backward} defines them.
   */
  void backwardOfResult(
      Tensor out, DropoutMask dropout, Tensor outGradient, Tensor inGradient, Tensor biasGradient) {
    submit(out, null, dropout, outGradient, inGradient, biasGradient);
  }

  /** The backward pass; without a bias, {@code in} is the result. */
  private void submit(
      Tensor in,
      @Nullable Tensor bias,
      DropoutMask dropout,
      Tensor outGradient,
      Tensor inGradient,
      Tensor biasGradient) {
    int rows = in.shape().dim(0);
    int width = in.shape().dim(1);
    if (width == 0) {
      return;
    }
    Cut cut = cut(bias == null, dropout, in, bias == null ? in : bias, outGradient, inGradient);
    int packs = width / cut.vector();
    int blocks = Math.ceilDiv(packs, cut.columns());
    int most = Math.max(1, 2 * Slabs.MOST / blocks);
    int slab = Math.max(LEAST_ROWS, Math.ceilDiv(rows, Math.min(most, Slabs.MOST)));
    Slabs slabs = new Slabs(Math.max(1, Math.ceilDiv(rows, slab)), width);
    int group = cut.columns() * cut.slots();
    try (Scope scope = Scope.open("bias", device.pool())) {
      Tensor sums = slabs.allocate(scope);
      Kernel kernel = Packs.arguments(kernel(cut, "backward"), cut.vector(), inGradient);
      kernel.memory(OpenClBuffer.memory(sums));
      Packs.arguments(kernel, cut.vector(), in);
      if (bias != null) {
        Packs.arguments(kernel, cut.vector(), bias);
      }
      Packs.arguments(kernel, cut.vector(), outGradient)
          .integer(rows)
          .integer(slab)
          .integer(packs)
          .integer(blocks);
      Arguments.dropout(kernel, dropout)
          .launch(device.queue(), (long) blocks * slabs.count() * group, group);
      slabs.total(device, sums, biasGradient, null);
    }
  }

  private Cut cut(boolean ofResult, DropoutMask dropout, Tensor in, Tensor... others) {
    int width = in.shape().dim(1);
    int vector = Math.min(Packs.vector(width, in), Packs.vector(others));
    Traits traits = device.traits();
    int columns = Math.min(MOST_COLUMNS, Groups.powerOfTwo(width / vector));
    int slots = traits.cooperative() ? Math.max(1, traits.groupSize() / columns) : 1;
    return new Cut(vector, columns, slots, ofResult, dropout.drops());
  }

  private Kernel kernel(Cut cut, String function) {
    String text =
        options.computeIfAbsent(
            cut,
            c ->
                "%s -DACTIVATION=%s -DCOLUMNS=%d -DSLOTS=%d -DOF_RESULT=%d -DDROPOUT=%d"
                    .formatted(
                        Packs.options(c.vector()),
                        activation.name(),
                        c.columns(),
                        c.slots(),
                        c.ofResult() ? 1 : 0,
                        c.drops() ? 1 : 0));
    return device.kernel("activation", text, function);
  }
}
