package org.polyak.nn.ops;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Kernels;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.ParameterUpdate;

/** One step of an optimiser on all parameters: fused, or composed from verbs. */
public final class OptimizerSteps {
  private OptimizerSteps() {}

  /**
   * Updates parameters and their state in place.
   *
   * @param engine the backend
   * @param scratch owner of temporaries
   * @param rule the update rule
   * @param updates what is updated
   * @param learningRate η
   * @param step t, from 1
   */
  public static void step(
      Engine engine,
      Scope scratch,
      OptimizerRule rule,
      List<ParameterUpdate> updates,
      double learningRate,
      long step) {
    OptimizerKernel kernel =
        engine.fused(
            rule.getClass().getSimpleName() + " step", rule, fused -> fused.optimizer(rule));
    for (ParameterUpdate update : updates) {
      check(rule, update);
    }
    if (kernel != null) {
      kernel.step(updates, learningRate, step);
      return;
    }
    Ops ops = Ops.inference(engine, scratch);
    for (ParameterUpdate update : updates) {
      compose(ops, rule, update, learningRate, step);
    }
  }

  private static void check(OptimizerRule rule, ParameterUpdate update) {
    Shape shape = update.parameter().shape();
    if (update.state().size() != rule.stateCount() || !update.gradient().shape().equals(shape)) {
      throw ArrayOps.refusal(
          "optimiser step",
          "a parameter %s needs a gradient of its shape and %d state tensors; got %s and %d",
          shape,
          rule.stateCount(),
          update.gradient().shape(),
          update.state().size());
    }
  }

  private static void compose(
      Ops ops, OptimizerRule rule, ParameterUpdate update, double learningRate, long step) {
    Tensor parameter = update.parameter();
    List<Tensor> state = update.state();
    @Nullable Tensor gradientScale = update.gradientScale();
    Variable theta = Variable.constant(parameter);
    Variable g = Variable.constant(update.gradient());
    if (gradientScale != null) {
      g = ops.multiply(g, Variable.constant(gradientScale));
    }
    Variable updated =
        switch (rule) {
          case OptimizerRule.GradientDescent r ->
              descend(ops, r, theta, g, state, learningRate, step);
          case OptimizerRule.Adam r -> adam(ops, r, theta, g, state, learningRate, step);
          case OptimizerRule.RectifiedAdam r ->
              rectifiedAdam(ops, r, theta, g, state, learningRate, step);
        };
    ops.kernels().copy(updated.tensor(), parameter);
  }

  private static Variable descend(
      Ops ops,
      OptimizerRule.GradientDescent rule,
      Variable theta,
      Variable gradient,
      List<Tensor> state,
      double rate,
      long step) {
    Variable g = coupledDecay(ops, rule.weightDecay(), theta, gradient);
    if (rule.momentum() > 0) {
      Variable old = Variable.constant(state.getFirst());
      Variable velocity =
          step == 1
              ? g
              : ops.add(ops.scale(old, rule.momentum()), ops.scale(g, 1 - rule.dampening()));
      ops.kernels().copy(velocity.tensor(), state.getFirst());
      g = rule.nesterov() ? ops.add(g, ops.scale(velocity, rule.momentum())) : velocity;
    }
    return ops.subtract(theta, ops.scale(g, rate));
  }

  private static Variable adam(
      Ops ops,
      OptimizerRule.Adam rule,
      Variable theta,
      Variable gradient,
      List<Tensor> state,
      double rate,
      long step) {
    Variable g =
        rule.decoupled() ? gradient : coupledDecay(ops, rule.weightDecay(), theta, gradient);
    Variable start = rule.decoupled() ? ops.scale(theta, 1 - rate * rule.weightDecay()) : theta;
    updateMoments(ops, rule.beta1(), rule.beta2(), g, state);
    double correction1 = 1 - Math.pow(rule.beta1(), (double) step);
    double correction2 = 1 - Math.pow(rule.beta2(), (double) step);
    Variable root = ops.unary(UnaryOp.SQUARE_ROOT, Variable.constant(state.get(1)));
    Variable denominator = ops.shift(ops.scale(root, 1 / Math.sqrt(correction2)), rule.epsilon());
    Variable numerator = ops.scale(Variable.constant(state.getFirst()), rate / correction1);
    return ops.subtract(start, ops.divide(numerator, denominator));
  }

  private static Variable rectifiedAdam(
      Ops ops,
      OptimizerRule.RectifiedAdam rule,
      Variable theta,
      Variable gradient,
      List<Tensor> state,
      double rate,
      long step) {
    Variable g =
        rule.decoupled() ? gradient : coupledDecay(ops, rule.weightDecay(), theta, gradient);
    Variable start = rule.decoupled() ? ops.scale(theta, 1 - rate * rule.weightDecay()) : theta;
    updateMoments(ops, rule.beta1(), rule.beta2(), g, state);
    double power2 = Math.pow(rule.beta2(), (double) step);
    double rhoLimit = 2 / (1 - rule.beta2()) - 1;
    double rho = rhoLimit - 2 * step * power2 / (1 - power2);
    Variable mean =
        ops.scale(
            Variable.constant(state.getFirst()),
            rate / (1 - Math.pow(rule.beta1(), (double) step)));
    if (rule.inclusiveThreshold() ? rho >= 5 : rho > 5) {
      double rectification =
          Math.sqrt(
              (rho - 4)
                  * (rho - 2)
                  * rhoLimit
                  / ((rhoLimit - 4) * (rhoLimit - 2) * rho)
                  * (1 - power2));
      Variable root = ops.unary(UnaryOp.SQUARE_ROOT, Variable.constant(state.get(1)));
      mean = ops.divide(ops.scale(mean, rectification), ops.shift(root, rule.epsilon()));
    }
    return ops.subtract(start, mean);
  }

  private static Variable coupledDecay(Ops ops, double decay, Variable theta, Variable g) {
    return decay == 0 ? g : ops.add(g, ops.scale(theta, decay));
  }

  private static void updateMoments(
      Ops ops, double beta1, double beta2, Variable g, List<Tensor> state) {
    Kernels kernels = ops.kernels();
    Variable first =
        ops.add(ops.scale(Variable.constant(state.getFirst()), beta1), ops.scale(g, 1 - beta1));
    Variable second =
        ops.add(
            ops.scale(Variable.constant(state.get(1)), beta2),
            ops.scale(ops.unary(UnaryOp.SQUARE, g), 1 - beta2));
    kernels.copy(first.tensor(), state.getFirst());
    kernels.copy(second.tensor(), state.get(1));
  }
}
