package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.CrossEntropyKernel;

/** {@link CrossEntropyKernel}: rows in registers. */
final class OpenClCrossEntropy implements CrossEntropyKernel {
  private static final int PACKS_OF_A_LANE = 4;

  /** Rows up to this wide have fewer packs a lane. */
  private static final int SHORT = 32;

  private static final int PACKS_OF_A_SHORT_LANE = 2;

  /** Rows up to this wide get one lane each where groups have local memory to load them through. */
  private static final int NARROW = 12;

  /** The same for rows that do not begin at multiples of four elements. */
  private static final int NARROW_ODD = 64;

  private static final int NARROW_GROUP = 128;

  private final OpenClDevice device;
  private final Faults faults;
  private final Map<RowLanes, String> options = new HashMap<>();

  OpenClCrossEntropy(OpenClDevice device, Faults faults) {
    this.device = device;
    this.faults = faults;
  }

  @Override
  public void forward(Tensor logits, Tensor targets, double labelSmoothing, Tensor losses) {
    int rows = logits.shape().dim(0);
    if (rows == 0) {
      return;
    }
    RowLanes lanes = lanes(logits, logits);
    Kernel kernel = Arguments.contiguous(kernel(lanes, "forward"), losses);
    lanes.arguments(kernel, logits);
    Arguments.contiguous(kernel, targets)
        .real((float) labelSmoothing)
        .integer(rows)
        .memory(faults.note());
    lanes.launch(kernel, device.queue(), rows);
  }

  @Override
  public void backward(
      Tensor logits,
      Tensor targets,
      double labelSmoothing,
      Tensor lossGradients,
      Tensor logitGradients) {
    int rows = logits.shape().dim(0);
    if (rows == 0) {
      return;
    }
    RowLanes lanes = lanes(logits, logitGradients);
    Kernel kernel = lanes.arguments(kernel(lanes, "backward"), logitGradients, logits);
    Arguments.contiguous(kernel, targets, lossGradients).real((float) labelSmoothing).integer(rows);
    lanes.launch(kernel, device.queue(), rows);
  }

  private RowLanes lanes(Tensor logits, Tensor gradients) {
    Traits traits = device.traits();
    int width = logits.shape().dim(1);
    return traits.cooperative() && width <= (width % 4 == 0 ? NARROW : NARROW_ODD)
        ? new RowLanes(width, 1, 1, Math.min(NARROW_GROUP, traits.groupSize()), false)
        : RowLanes.of(
            traits,
            width,
            width <= SHORT ? PACKS_OF_A_SHORT_LANE : PACKS_OF_A_LANE,
            logits,
            gradients);
  }

  private Kernel kernel(RowLanes lanes, String function) {
    return device.kernel(
        "crossentropy", options.computeIfAbsent(lanes, OpenClCrossEntropy::options), function);
  }

  /** Only narrow rows have groups of several rows with one lane each. */
  private static String options(RowLanes lanes) {
    boolean staged = lanes.size() == 1 && lanes.slots() > 1;
    return "%s -DSTAGED=%d".formatted(lanes.options(), staged ? 1 : 0);
  }
}
