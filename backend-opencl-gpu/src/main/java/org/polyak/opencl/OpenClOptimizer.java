package org.polyak.opencl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.ParameterUpdate;

/** {@link OptimizerKernel}: one pass over parameters, gradients and state, a batch a launch. */
final class OpenClOptimizer implements OptimizerKernel {
  /** From here on the second moment is known well enough to divide by (RAdam). */
  private static final double RECTIFIED_FROM = 5;

  /** Work-groups of a launch for each compute unit, shared out among its tensors. */
  private static final int GROUPS_OF_UNIT = 32;

  /** A tensor has at least so many, if it is large enough. */
  private static final int GROUPS_OF_TENSOR = 64;

  /** Five tensors with their positions, whether there is a scale, and the length. */
  private static final int BYTES_OF_PARAMETER = 96;

  private static final int OTHER_BYTES = 48;

  private final OpenClDevice device;
  private final OptimizerRule rule;
  private final int most;

  OpenClOptimizer(OpenClDevice device, OptimizerRule rule) {
    this.device = device;
    this.rule = rule;
    this.most = Batch.size(device, BYTES_OF_PARAMETER, OTHER_BYTES);
  }

  @Override
  public void step(List<ParameterUpdate> updates, double learningRate, long step) {
    for (int first = 0; first < updates.size(); first += most) {
      List<ParameterUpdate> batch = updates.subList(first, Math.min(updates.size(), first + most));
      int vector = batch.stream().mapToInt(OpenClOptimizer::vector).min().orElse(1);
      Kernel kernel = kernel(first / most, vector);
      switch (rule) {
        case OptimizerRule.GradientDescent r -> descend(r, kernel, learningRate, step);
        case OptimizerRule.Adam r -> adam(r, kernel, learningRate, step);
        case OptimizerRule.RectifiedAdam r -> rectifiedAdam(r, kernel, learningRate, step);
      }
      hand(kernel, batch, vector);
      launch(kernel, batch, vector);
    }
  }

  private static int vector(ParameterUpdate update) {
    int size = Math.toIntExact(update.parameter().shape().size());
    int ofState = Packs.vector(update.state().toArray(Tensor[]::new));
    return Math.min(ofState, Packs.vector(size, update.parameter(), update.gradient()));
  }

  /** Each batch has a kernel of its own, whose arguments hardly change from step to step. */
  private Kernel kernel(int number, int vector) {
    String function = rule instanceof OptimizerRule.GradientDescent ? "descend" : "moments";
    String options = Batch.option(most) + " " + Packs.options(vector);
    return device.kernel("optimizer", options, function, number);
  }

  private void hand(Kernel kernel, List<ParameterUpdate> batch, int vector) {
    for (int i = 0; i < most; i++) {
      boolean present = i < batch.size();
      ParameterUpdate update = present ? batch.get(i) : batch.getFirst();
      Tensor parameter = update.parameter();
      @Nullable Tensor scale = update.gradientScale();
      List<Tensor> state = update.state();
      Packs.arguments(kernel, vector, parameter, update.gradient());
      Arguments.optional(kernel, scale, parameter).integer(scale == null ? 0 : 1);
      Packs.arguments(
              kernel,
              vector,
              state.isEmpty() ? parameter : state.getFirst(),
              state.size() < 2 ? parameter : state.get(1))
          .integer(present ? Math.toIntExact(parameter.shape().size() / vector) : 0);
    }
  }

  private void launch(Kernel kernel, List<ParameterUpdate> batch, int vector) {
    long largest =
        batch.stream().mapToLong(update -> update.parameter().shape().size()).max().orElse(0);
    if (largest == 0) {
      return;
    }
    int group = device.traits().groupSize();
    long share = (long) GROUPS_OF_UNIT * device.traits().computeUnits() / batch.size();
    long most = Math.max(GROUPS_OF_TENSOR, share);
    long items = Math.min(Groups.cover(largest / vector, group), most * group);
    kernel.launch(device.queue(), new long[] {items, batch.size()}, new long[] {group, 1});
  }

  private static void descend(
      OptimizerRule.GradientDescent r, Kernel kernel, double learningRate, long step) {
    kernel
        .real((float) r.weightDecay())
        .real((float) r.momentum())
        .real(step == 1 ? -1 : (float) (1 - r.dampening()))
        .integer(r.nesterov() ? 1 : 0)
        .real((float) learningRate);
  }

  private static void adam(OptimizerRule.Adam r, Kernel kernel, double learningRate, long step) {
    double correction1 = 1 - Math.pow(r.beta1(), (double) step);
    double correction2 = 1 - Math.pow(r.beta2(), (double) step);
    new Moments(r.beta1(), r.beta2(), r.weightDecay(), r.decoupled(), r.epsilon(), learningRate)
        .hand(kernel, learningRate / correction1, 1 / Math.sqrt(correction2), true);
  }

  private static void rectifiedAdam(
      OptimizerRule.RectifiedAdam r, Kernel kernel, double learningRate, long step) {
    double power2 = Math.pow(r.beta2(), (double) step);
    double limit = 2 / (1 - r.beta2()) - 1;
    double rho = limit - 2 * step * power2 / (1 - power2);
    boolean rectified = r.inclusiveThreshold() ? rho >= RECTIFIED_FROM : rho > RECTIFIED_FROM;
    double rectification =
        Math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho) * (1 - power2));
    double first = learningRate / (1 - Math.pow(r.beta1(), (double) step));
    new Moments(r.beta1(), r.beta2(), r.weightDecay(), r.decoupled(), r.epsilon(), learningRate)
        .hand(kernel, rectified ? first * rectification : first, 1, rectified);
  }

  private record Moments(
      double beta1,
      double beta2,
      double weightDecay,
      boolean decoupled,
      double epsilon,
      double learningRate) {
    void hand(Kernel kernel, double first, double second, boolean divides) {
      kernel
          .real(decoupled ? 0 : (float) weightDecay)
          .real((float) beta1)
          .real((float) (1 - beta1))
          .real((float) beta2)
          .real((float) (1 - beta2))
          .real(decoupled ? (float) (1 - learningRate * weightDecay) : 1)
          .real((float) first)
          .real((float) second)
          .real((float) epsilon)
          .integer(divides ? 1 : 0);
    }
  }
}
