package org.polyak.cpu;

import java.util.List;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.OptimizerRule.Adam;
import org.polyak.spi.fused.OptimizerRule.GradientDescent;
import org.polyak.spi.fused.OptimizerRule.RectifiedAdam;
import org.polyak.spi.fused.ParameterUpdate;

/** {@link OptimizerKernel}: corrections in double once per step, elements in parallel. */
final class CpuOptimizer implements OptimizerKernel {
  /** Below it the variance of Adam's step is not finite (Liu et al. 2020, section 4). */
  private static final double RECTIFICATION_THRESHOLD = 5;

  /** Elements that are worth a task of their own. */
  private static final int LEAST_TASK = 16 * 1024;

  /** Enough that threads of uneven speed finish together. */
  private static final int MOST_TASKS = 256;

  private final WorkerPool pool;
  private final OptimizerLoops loops;
  private final OptimizerRule rule;

  CpuOptimizer(WorkerPool pool, OptimizerLoops loops, OptimizerRule rule) {
    this.pool = pool;
    this.loops = loops;
    this.rule = rule;
  }

  @Override
  public void step(List<ParameterUpdate> updates, double learningRate, long step) {
    switch (rule) {
      case GradientDescent descent -> {
        OptimizerLoops.Descent coefficients = coefficients(descent, learningRate, step);
        forEach(updates, (update, from, count) -> descend(coefficients, update, from, count));
      }
      case Adam adam -> adapt(updates, moments(adam, learningRate, (double) step));
      case RectifiedAdam adam -> adapt(updates, moments(adam, learningRate, (double) step));
    }
  }

  private void adapt(List<ParameterUpdate> updates, OptimizerLoops.Moments coefficients) {
    forEach(updates, (update, from, count) -> adapt(coefficients, update, from, count));
  }

  /** What is done to some elements of a parameter. */
  @FunctionalInterface
  private interface Stretch {
    void run(ParameterUpdate update, int from, int count);
  }

  /** One loop over the elements of all parameters, as if these lay one behind the other. */
  private void forEach(List<ParameterUpdate> updates, Stretch stretch) {
    long total = 0;
    for (ParameterUpdate update : updates) {
      total += update.parameter().shape().size();
    }
    long each = Math.max(LEAST_TASK, Math.ceilDiv(total, MOST_TASKS));
    pool.parallelFor(
        (int) Math.ceilDiv(total, each),
        (task, worker) -> run(updates, stretch, task * each, (task + 1) * each));
  }

  private static void run(List<ParameterUpdate> updates, Stretch stretch, long from, long to) {
    long first = 0;
    for (int i = 0; i < updates.size() && first < to; i++) {
      ParameterUpdate update = updates.get(i);
      long size = update.parameter().shape().size();
      int begin = (int) Math.clamp(from - first, 0, size);
      int end = (int) Math.clamp(to - first, 0, size);
      if (begin < end) {
        stretch.run(update, begin, end - begin);
      }
      first += size;
    }
  }

  private void descend(
      OptimizerLoops.Descent coefficients, ParameterUpdate update, int from, int count) {
    Tensor theta = update.parameter();
    Tensor g = update.gradient();
    if (coefficients.momentum() == 0) {
      loops.descend(
          coefficients,
          scale(update),
          count,
          CpuBuffer.floats(theta),
          at(theta, from),
          CpuBuffer.floats(g),
          at(g, from));
      return;
    }
    Tensor b = update.state().getFirst();
    loops.descend(
        coefficients,
        scale(update),
        count,
        CpuBuffer.floats(theta),
        at(theta, from),
        CpuBuffer.floats(g),
        at(g, from),
        CpuBuffer.floats(b),
        at(b, from));
  }

  private void adapt(
      OptimizerLoops.Moments coefficients, ParameterUpdate update, int from, int count) {
    Tensor theta = update.parameter();
    Tensor g = update.gradient();
    Tensor m = update.state().get(0);
    Tensor v = update.state().get(1);
    loops.adapt(
        coefficients,
        scale(update),
        count,
        CpuBuffer.floats(theta),
        at(theta, from),
        CpuBuffer.floats(g),
        at(g, from),
        CpuBuffer.floats(m),
        at(m, from),
        CpuBuffer.floats(v),
        at(v, from));
  }

  private static float scale(ParameterUpdate update) {
    Tensor scale = update.gradientScale();
    return scale == null ? 1 : CpuBuffer.floats(scale)[at(scale, 0)];
  }

  private static int at(Tensor tensor, int element) {
    return CpuBuffer.offset(tensor) + element;
  }

  private static OptimizerLoops.Descent coefficients(
      GradientDescent descent, double learningRate, long step) {
    return new OptimizerLoops.Descent(
        (float) descent.weightDecay(),
        (float) descent.momentum(),
        step == 1 ? 1 : (float) (1 - descent.dampening()),
        descent.nesterov(),
        (float) learningRate);
  }

  private static OptimizerLoops.Moments moments(Adam adam, double learningRate, double step) {
    return new OptimizerLoops.Moments(
        adam.decoupled() ? 0 : (float) adam.weightDecay(),
        adam.decoupled() ? (float) (1 - learningRate * adam.weightDecay()) : 1,
        (float) adam.beta1(),
        (float) (1 - adam.beta1()),
        (float) adam.beta2(),
        (float) (1 - adam.beta2()),
        true,
        (float) (learningRate / (1 - Math.pow(adam.beta1(), step))),
        (float) (1 / Math.sqrt(1 - Math.pow(adam.beta2(), step))),
        (float) adam.epsilon());
  }

  private static OptimizerLoops.Moments moments(
      RectifiedAdam adam, double learningRate, double step) {
    double power = Math.pow(adam.beta2(), step);
    double longest = 2 / (1 - adam.beta2()) - 1;
    double length = longest - 2 * step * power / (1 - power);
    boolean rectified =
        adam.inclusiveThreshold()
            ? length >= RECTIFICATION_THRESHOLD
            : length > RECTIFICATION_THRESHOLD;
    double rate = learningRate / (1 - Math.pow(adam.beta1(), step));
    if (rectified) {
      double rectification =
          Math.sqrt(
              ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length));
      rate *= rectification * Math.sqrt(1 - power);
    }
    return new OptimizerLoops.Moments(
        adam.decoupled() ? 0 : (float) adam.weightDecay(),
        adam.decoupled() ? (float) (1 - learningRate * adam.weightDecay()) : 1,
        (float) adam.beta1(),
        (float) (1 - adam.beta1()),
        (float) adam.beta2(),
        (float) (1 - adam.beta2()),
        rectified,
        (float) rate,
        1,
        (float) adam.epsilon());
  }
}
