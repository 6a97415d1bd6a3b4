package org.polyak.conformance.fused;

import java.util.ArrayList;
import java.util.List;
import org.polyak.conformance.Rounded;
import org.polyak.spi.fused.OptimizerRule;

/** One element of a parameter with its state, and the errors that they gather step by step. */
final class OptimizerAnalysis {
  private final OptimizerRule rule;
  private final List<Rounded> state = new ArrayList<>();
  private Rounded theta;

  OptimizerAnalysis(OptimizerRule rule, double start) {
    this.rule = rule;
    this.theta = Rounded.exact(start);
    for (int i = 0; i < rule.stateCount(); i++) {
      state.add(Rounded.exact(0));
    }
  }

  Rounded parameter() {
    return theta;
  }

  Rounded state(int index) {
    return state.get(index);
  }

  void step(Rounded gradient, double rate, int t) {
    switch (rule) {
      case OptimizerRule.GradientDescent r -> descend(r, gradient, rate, t);
      case OptimizerRule.Adam r -> adam(r, gradient, rate, t);
      case OptimizerRule.RectifiedAdam r -> rectifiedAdam(r, gradient, rate, t);
    }
  }

  private void descend(OptimizerRule.GradientDescent r, Rounded gradient, double rate, int t) {
    Rounded g = coupled(gradient, r.weightDecay());
    if (r.momentum() > 0) {
      Rounded kept = state.getFirst().times(Rounded.constant(r.momentum()));
      Rounded b = t == 1 ? g : kept.plus(g.times(Rounded.constant(1 - r.dampening())));
      state.set(0, b);
      g = r.nesterov() ? g.plus(b.times(Rounded.constant(r.momentum()))) : b;
    }
    theta = theta.minus(g.times(Rounded.constant(rate)));
  }

  private void adam(OptimizerRule.Adam r, Rounded gradient, double rate, int t) {
    Rounded g = decayed(gradient, r.weightDecay(), r.decoupled(), rate);
    average(g, r.beta1(), r.beta2());
    Rounded root = state.get(1).over(Rounded.constant(1 - Math.pow(r.beta2(), t))).squareRoot();
    Rounded mean = state.get(0).over(Rounded.constant(1 - Math.pow(r.beta1(), t)));
    Rounded update = mean.over(root.plus(Rounded.constant(r.epsilon())));
    theta = theta.minus(update.times(Rounded.constant(rate)));
  }

  private void rectifiedAdam(OptimizerRule.RectifiedAdam r, Rounded gradient, double rate, int t) {
    Rounded g = decayed(gradient, r.weightDecay(), r.decoupled(), rate);
    average(g, r.beta1(), r.beta2());
    double power = Math.pow(r.beta2(), t);
    double limit = 2 / (1 - r.beta2()) - 1;
    double length = limit - 2 * t * power / (1 - power);
    Rounded update = state.get(0).over(Rounded.constant(1 - Math.pow(r.beta1(), t)));
    if (r.inclusiveThreshold() ? length >= 5 : length > 5) {
      double rectification =
          Math.sqrt(
              (1 - power)
                  * ((length - 4) * (length - 2) * limit)
                  / ((limit - 4) * (limit - 2) * length));
      Rounded root = state.get(1).squareRoot().plus(Rounded.constant(r.epsilon()));
      update = update.times(Rounded.constant(rectification)).over(root);
    }
    theta = theta.minus(update.times(Rounded.constant(rate)));
  }

  private Rounded decayed(Rounded gradient, double decay, boolean decoupled, double rate) {
    if (decoupled) {
      theta = theta.times(Rounded.constant(1 - rate * decay));
      return gradient;
    }
    return coupled(gradient, decay);
  }

  private Rounded coupled(Rounded gradient, double decay) {
    return decay == 0 ? gradient : gradient.plus(theta.times(Rounded.constant(decay)));
  }

  private void average(Rounded g, double beta1, double beta2) {
    state.set(0, average(state.get(0), g, beta1));
    state.set(1, average(state.get(1), g.times(g), beta2));
  }

  private static Rounded average(Rounded old, Rounded sample, double beta) {
    return old.times(Rounded.constant(beta)).plus(sample.times(Rounded.constant(1 - beta)));
  }
}
