package org.polyak.cpu;

import java.util.List;
import org.jspecify.annotations.Nullable;
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
    for (ParameterUpdate update : updates) {
      step(update, learningRate, step);
    }
  }

  private void step(ParameterUpdate update, double learningRate, long step) {
    Tensor parameter = update.parameter();
    Tensor gradient = update.gradient();
    List<Tensor> state = update.state();
    @Nullable Tensor gradientScale = update.gradientScale();
    float scale = 1;
    if (gradientScale != null) {
      FloatSpan s = FloatSpan.of(gradientScale);
      scale = s.data()[s.offset()];
    }
    switch (rule) {
      case GradientDescent descent ->
          descend(descent, parameter, gradient, scale, state, learningRate, step);
      case Adam adam ->
          adapt(moments(adam, scale, learningRate, (double) step), parameter, gradient, state);
      case RectifiedAdam adam ->
          adapt(moments(adam, scale, learningRate, (double) step), parameter, gradient, state);
    }
  }

  private void descend(
      GradientDescent descent,
      Tensor parameter,
      Tensor gradient,
      float scale,
      List<Tensor> state,
      double learningRate,
      long step) {
    OptimizerLoops.Descent coefficients =
        new OptimizerLoops.Descent(
            scale,
            (float) descent.weightDecay(),
            (float) descent.momentum(),
            step == 1 ? 1 : (float) (1 - descent.dampening()),
            descent.nesterov(),
            (float) learningRate);
    RowBlocks blocks = RowBlocks.of(Math.toIntExact(parameter.shape().size()), 1);
    FloatSpan theta = FloatSpan.of(parameter);
    FloatSpan g = FloatSpan.of(gradient);
    if (descent.momentum() == 0) {
      pool.parallelFor(
          blocks.count(),
          (block, worker) ->
              loops.descend(
                  coefficients,
                  blocks.rows(block),
                  theta.data(),
                  theta.offset() + blocks.first(block),
                  g.data(),
                  g.offset() + blocks.first(block)));
      return;
    }
    FloatSpan b = FloatSpan.of(state.getFirst());
    pool.parallelFor(
        blocks.count(),
        (block, worker) ->
            loops.descend(
                coefficients,
                blocks.rows(block),
                theta.data(),
                theta.offset() + blocks.first(block),
                g.data(),
                g.offset() + blocks.first(block),
                b.data(),
                b.offset() + blocks.first(block)));
  }

  private void adapt(
      OptimizerLoops.Moments coefficients, Tensor parameter, Tensor gradient, List<Tensor> state) {
    RowBlocks blocks = RowBlocks.of(Math.toIntExact(parameter.shape().size()), 1);
    FloatSpan theta = FloatSpan.of(parameter);
    FloatSpan g = FloatSpan.of(gradient);
    FloatSpan m = FloatSpan.of(state.get(0));
    FloatSpan v = FloatSpan.of(state.get(1));
    pool.parallelFor(
        blocks.count(),
        (block, worker) ->
            loops.adapt(
                coefficients,
                blocks.rows(block),
                theta.data(),
                theta.offset() + blocks.first(block),
                g.data(),
                g.offset() + blocks.first(block),
                m.data(),
                m.offset() + blocks.first(block),
                v.data(),
                v.offset() + blocks.first(block)));
  }

  private static OptimizerLoops.Moments moments(
      Adam adam, float gradientScale, double learningRate, double step) {
    return new OptimizerLoops.Moments(
        gradientScale,
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
      RectifiedAdam adam, float gradientScale, double learningRate, double step) {
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
        gradientScale,
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
