package org.polyak.opencl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;

/** {@link OptimizerKernel}: one pass over parameter, gradient and state. */
final class OpenClOptimizer implements OptimizerKernel {
  /** From here on the second moment is known well enough to divide by (RAdam). */
  private static final double RECTIFIED_FROM = 5;

  private final OpenClDevice device;
  private final OptimizerRule rule;

  OpenClOptimizer(OpenClDevice device, OptimizerRule rule) {
    this.device = device;
    this.rule = rule;
  }

  @Override
  public void step(
      Tensor parameter,
      Tensor gradient,
      @Nullable Tensor gradientScale,
      List<Tensor> state,
      double learningRate,
      long step) {
    if (parameter.shape().size() == 0) {
      return;
    }
    Target target = Target.of(parameter, gradient, gradientScale, state);
    switch (rule) {
      case OptimizerRule.GradientDescent r -> descend(r, target, learningRate, step);
      case OptimizerRule.Adam r -> adam(r, target, learningRate, step);
      case OptimizerRule.RectifiedAdam r -> rectifiedAdam(r, target, learningRate, step);
    }
  }

  private record Target(
      Tensor parameter, Tensor gradient, @Nullable Tensor scale, List<Tensor> state, int vector) {
    static Target of(
        Tensor parameter, Tensor gradient, @Nullable Tensor scale, List<Tensor> state) {
      int vector = parameter.shape().size() % 4 == 0 ? Packs.vector(parameter, gradient) : 1;
      for (Tensor tensor : state) {
        vector = Math.min(vector, Packs.vector(tensor));
      }
      return new Target(parameter, gradient, scale, state, vector);
    }
  }

  private void descend(
      OptimizerRule.GradientDescent r, Target target, double learningRate, long step) {
    Kernel kernel = begin("descend", target);
    Tensor velocity = r.stateCount() == 0 ? target.parameter() : target.state().getFirst();
    Packs.arguments(kernel, target.vector(), velocity)
        .real((float) r.weightDecay())
        .real((float) r.momentum())
        .real(step == 1 ? -1 : (float) (1 - r.dampening()))
        .integer(r.nesterov() ? 1 : 0)
        .real((float) learningRate);
    launch(kernel, target);
  }

  private void adam(OptimizerRule.Adam r, Target target, double learningRate, long step) {
    double correction1 = 1 - Math.pow(r.beta1(), (double) step);
    double correction2 = 1 - Math.pow(r.beta2(), (double) step);
    moments(
        target,
        new Moments(
            r.beta1(), r.beta2(), r.weightDecay(), r.decoupled(), r.epsilon(), learningRate),
        learningRate / correction1,
        1 / Math.sqrt(correction2),
        true);
  }

  private void rectifiedAdam(
      OptimizerRule.RectifiedAdam r, Target target, double learningRate, long step) {
    double power2 = Math.pow(r.beta2(), (double) step);
    double limit = 2 / (1 - r.beta2()) - 1;
    double rho = limit - 2 * step * power2 / (1 - power2);
    boolean rectified = r.inclusiveThreshold() ? rho >= RECTIFIED_FROM : rho > RECTIFIED_FROM;
    double rectification =
        Math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho) * (1 - power2));
    double first = learningRate / (1 - Math.pow(r.beta1(), (double) step));
    moments(
        target,
        new Moments(
            r.beta1(), r.beta2(), r.weightDecay(), r.decoupled(), r.epsilon(), learningRate),
        rectified ? first * rectification : first,
        1,
        rectified);
  }

  private record Moments(
      double beta1,
      double beta2,
      double weightDecay,
      boolean decoupled,
      double epsilon,
      double learningRate) {}

  private void moments(Target target, Moments r, double first, double second, boolean divides) {
    Kernel kernel = begin("moments", target);
    Packs.arguments(kernel, target.vector(), target.state().get(0), target.state().get(1))
        .real(r.decoupled() ? 0 : (float) r.weightDecay())
        .real((float) r.beta1())
        .real((float) (1 - r.beta1()))
        .real((float) r.beta2())
        .real((float) (1 - r.beta2()))
        .real(r.decoupled() ? (float) (1 - r.learningRate() * r.weightDecay()) : 1)
        .real((float) first)
        .real((float) second)
        .real((float) r.epsilon())
        .integer(divides ? 1 : 0);
    launch(kernel, target);
  }

  private Kernel begin(String function, Target target) {
    Kernel kernel = device.kernel("optimizer", Packs.options(target.vector()), function);
    Packs.arguments(kernel, target.vector(), target.parameter(), target.gradient());
    @Nullable Tensor scale = target.scale();
    return Arguments.optional(kernel, scale, target.parameter()).integer(scale == null ? 0 : 1);
  }

  private void launch(Kernel kernel, Target target) {
    int n = Math.toIntExact(target.parameter().shape().size() / target.vector());
    int group = device.traits().groupSize();
    kernel.integer(n).launch(device.queue(), Groups.cover(n, group), group);
  }
}
