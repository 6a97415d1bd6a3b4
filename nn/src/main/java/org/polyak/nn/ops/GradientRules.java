package org.polyak.nn.ops;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionState;

/**
 * Reverse-mode differentiation: one rule per kind of step, g being the gradient for its result.
 * Made for one backward pass. The operations it is given record nothing.
 */
final class GradientRules {
  private final Ops ops;
  private final GradientSums sums;
  private final GradientTargets targets;

  private GradientRules(Ops ops, List<Step> steps) {
    this.ops = ops;
    this.sums = new GradientSums(ops, steps.size());
    this.targets = new GradientTargets(ops, steps);
  }

  static Gradients backward(Ops ops, List<Step> steps, Variable loss) {
    return new GradientRules(ops, steps).run(steps, loss);
  }

  private Gradients run(List<Step> steps, Variable loss) {
    sums.start(loss);
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      if (isReached(step)) {
        Tensor g = sums.orZero(step.out());
        switch (step) {
          case Step.Verb verb -> apply(verb, Variable.constant(g));
          case Step.Fused fused -> apply(fused, ops.contiguous(g));
        }
      }
    }
    return sums.all();
  }

  /** Whether any result of the step has a gradient. */
  private boolean isReached(Step step) {
    return switch (step) {
      case Step.Split s -> s.parts().stream().anyMatch(sums::has);
      case Step.Attention s -> sums.has(s.out()) || reaches(s.last());
      default -> sums.has(step.out());
    };
  }

  private void apply(Step.Verb step, Variable g) {
    switch (step) {
      case Step.Unary s -> sums.give(s.x(), () -> unary(s, g));
      case Step.Binary s -> binary(s, g);
      case Step.Scale(Variable x, double factor, Variable out) ->
          sums.give(x, () -> ops.scale(g, factor));
      case Step.Shift s -> sums.share(s.x(), g);
      case Step.Select s -> {
        Variable zero = ops.filled(0);
        sums.give(s.a(), () -> unbroadcast(ops.select(s.condition(), g, zero), s.a().shape()));
        sums.give(s.b(), () -> unbroadcast(ops.select(s.condition(), zero, g), s.b().shape()));
      }
      case Step.Reshape s -> sums.share(s.x(), ops.reshape(g, s.x().shape()));
      case Step.Permute s -> sums.share(s.x(), ops.permute(g, inverse(s.order())));
      case Step.Slice s -> sums.give(s.x(), () -> embed(s, g));
      case Step.Split s -> gather(s);
      case Step.Broadcast s -> sums.share(s.x(), unbroadcast(g, s.x().shape()));
      case Step.Copy s -> sums.share(s.x(), g);
      case Step.Concatenate s -> {
        int position = 0;
        for (Variable part : s.parts()) {
          int end = position + part.shape().dim(s.axis());
          sums.share(part, g.tensor().part(s.axis(), position, part.shape()));
          position = end;
        }
      }
      case Step.Reduce s -> reduce(s, g);
      case Step.CumulativeSum s ->
          sums.give(s.x(), () -> ops.cumulativeSum(g, s.axis(), !s.reversed()));
      case Step.MatMul s -> {
        sums.give(
            s.a(), () -> unbroadcast(ops.matmul(g, ops.transpose(s.b(), -1, -2)), s.a().shape()));
        sums.give(
            s.b(), () -> unbroadcast(ops.matmul(ops.transpose(s.a(), -1, -2), g), s.b().shape()));
      }
      case Step.Linear s -> linear(s.x(), s.weight(), g.tensor());
      case Step.GatherRows s -> sums.give(s.table(), () -> scatter(s, g));
    }
  }

  private void apply(Step.Fused step, Tensor g) {
    switch (step) {
      case Step.Attention s -> attention(s, g);
      case Step.SoftmaxAttention s -> softmaxAttention(s, g);
      case Step.Softmax s -> {
        Tensor target = ops.allocate(s.x().shape());
        s.kernel().backward(s.out().tensor(), g, target);
        sums.give(s.x(), target);
      }
      case Step.LayerNorm s -> layerNorm(s, g);
      case Step.FusedLinear s -> fusedLinear(s, g);
      case Step.BiasActivation s -> biasActivation(s, g);
      case Step.CrossEntropy s -> {
        Tensor target = ops.allocate(s.logits().shape());
        s.kernel()
            .backward(s.logits().tensor(), s.targets().tensor(), s.labelSmoothing(), g, target);
        sums.give(s.logits(), target);
      }
      case Step.LogisticMixture s -> {
        Tensor target = ops.allocate(s.parameters().shape());
        s.kernel().backward(s.parameters().tensor(), s.targets().tensor(), g, target);
        sums.give(s.parameters(), target);
      }
      case Step.Dropout s -> {
        Tensor target = ops.allocate(s.x().shape());
        s.kernel().apply(g, s.rate(), s.seed(), target);
        sums.give(s.x(), target);
      }
    }
  }

  private Variable unary(Step.Unary s, Variable g) {
    Variable x = ops.detach(s.x());
    Variable y = ops.detach(s.out());
    return switch (s.op()) {
      case NEGATE -> ops.unary(UnaryOp.NEGATE, g);
      case ABSOLUTE -> ops.multiply(g, ops.unary(UnaryOp.SIGN, x));
      case SIGN -> throw new IllegalStateException("The sign function is never recorded.");
      case SQUARE -> ops.multiply(g, ops.scale(x, 2));
      case SQUARE_ROOT -> ops.divide(ops.scale(g, 0.5), y);
      case RECIPROCAL -> ops.unary(UnaryOp.NEGATE, ops.multiply(g, ops.multiply(y, y)));
      case EXPONENTIAL -> ops.multiply(g, y);
      case LOGARITHM -> ops.divide(g, x);
      case TANH -> ops.subtract(g, ops.multiply(g, ops.multiply(y, y)));
      case ERROR_FUNCTION -> {
        Variable bell =
            ops.unary(UnaryOp.EXPONENTIAL, ops.unary(UnaryOp.NEGATE, ops.unary(UnaryOp.SQUARE, x)));
        yield ops.multiply(g, ops.scale(bell, 2 / Math.sqrt(Math.PI)));
      }
      case SIGMOID -> ops.multiply(g, ops.subtract(y, ops.multiply(y, y)));
      case SOFTPLUS -> ops.multiply(g, ops.unary(UnaryOp.SIGMOID, x));
      case RELU -> ops.multiply(g, ops.less(ops.filled(0), x));
      case ELU_PLUS_ONE -> ops.multiply(g, ops.minimum(y, ops.filled(1)));
    };
  }

  private void binary(Step.Binary s, Variable g) {
    Variable a = ops.detach(s.a());
    Variable b = ops.detach(s.b());
    switch (s.op()) {
      case ADD -> {
        sums.share(s.a(), unbroadcast(g, a.shape()));
        sums.share(s.b(), unbroadcast(g, b.shape()));
      }
      case SUBTRACT -> {
        sums.share(s.a(), unbroadcast(g, a.shape()));
        sums.give(s.b(), () -> ops.unary(UnaryOp.NEGATE, unbroadcast(g, b.shape())));
      }
      case MULTIPLY -> {
        sums.give(s.a(), () -> unbroadcast(ops.multiply(g, b), a.shape()));
        sums.give(s.b(), () -> unbroadcast(ops.multiply(g, a), b.shape()));
      }
      case DIVIDE -> {
        Variable quotient = ops.divide(g, b);
        sums.give(
            s.b(),
            () ->
                ops.unary(
                    UnaryOp.NEGATE,
                    unbroadcast(ops.multiply(quotient, ops.detach(s.out())), b.shape())));
        // Last: the quotient may be added to.
        sums.give(s.a(), () -> unbroadcast(quotient, a.shape()));
      }
      case MAXIMUM -> choose(s, ops.less(a, b), g);
      case MINIMUM -> choose(s, ops.less(b, a), g);
      case LESS, EQUAL -> throw new IllegalStateException("Comparisons are never recorded.");
    }
  }

  private void choose(Step.Binary s, Variable takesSecond, Variable g) {
    Variable zero = ops.filled(0);
    sums.give(s.a(), () -> unbroadcast(ops.select(takesSecond, zero, g), s.a().shape()));
    sums.give(s.b(), () -> unbroadcast(ops.select(takesSecond, g, zero), s.b().shape()));
  }

  private void reduce(Step.Reduce s, Variable g) {
    switch (s.op()) {
      case SUM -> sums.share(s.x(), ops.broadcastTo(g, s.x().shape()));
      case MAXIMUM -> {
        Variable mask = ops.equal(ops.detach(s.x()), ops.detach(s.out()));
        Variable each = ops.divide(g, ops.sum(mask, s.axis()));
        sums.give(s.x(), () -> ops.multiply(mask, each));
      }
    }
  }

  private Variable embed(Step.Slice s, Variable g) {
    Variable whole = ops.filled(0, s.x().shape().dims());
    int end = s.from() + g.shape().dim(s.axis());
    ops.kernels().copy(g.tensor(), whole.tensor().slice(s.axis(), s.from(), end));
    return whole;
  }

  /** The parts' gradients that are not in their places already go there. */
  private void gather(Step.Split s) {
    for (Variable part : s.parts()) {
      Tensor gradient = sums.of(part);
      if (gradient == null) {
        ops.kernels().fill(targets.place(s, part), 0);
      } else if (!targets.isInPlace(s, part, gradient)) {
        ops.kernels().copy(gradient, targets.place(s, part));
      }
    }
    sums.give(s.x(), targets.whole(s));
  }

  private Variable scatter(Step.GatherRows s, Variable g) {
    Variable table = ops.filled(0, s.table().shape().dims());
    ops.kernels().scatterAddRows(g.tensor(), s.indices().tensor(), table.tensor());
    return table;
  }

  private void layerNorm(Step.LayerNorm s, Tensor g) {
    Tensor x = ops.allocate(s.x().shape());
    Tensor gain = ops.allocate(s.gain().shape());
    Variable bias = s.bias();
    Tensor biasTarget = bias == null ? null : ops.allocate(bias.shape());
    s.kernel()
        .backward(s.x().rows(), s.gain().tensor(), s.saved(), g.rows(), x.rows(), gain, biasTarget);
    sums.give(s.x(), x);
    sums.give(s.gain(), gain);
    if (bias != null && biasTarget != null) {
      sums.give(bias, biasTarget);
    }
  }

  /** Of {@code x·weightᵀ}, of which g is the gradient by rows. */
  private void linear(Variable x, Variable weight, Tensor g) {
    if (x.requiresGradient()) {
      Tensor target = ops.allocate(x.shape());
      ops.kernels().matmul(g, weight.tensor(), false, target.rows());
      sums.give(x, target);
    }
    if (weight.requiresGradient()) {
      Tensor target = ops.allocate(weight.shape());
      ops.kernels().matmul(g.transpose(0, 1), x.rows(), false, target);
      sums.give(weight, target);
    }
  }

  private void fusedLinear(Step.FusedLinear s, Tensor g) {
    Tensor outGradient = g.rows();
    boolean same = s.activation() == Activation.IDENTITY && !s.dropout().drops();
    Tensor product = same ? outGradient : ops.allocate(outGradient.shape());
    Tensor bias = ops.allocate(s.bias().shape());
    s.kernel().backward(s.out().rows(), s.dropout(), outGradient, product, bias);
    sums.give(s.bias(), bias);
    linear(s.x(), s.weight(), product);
  }

  private void biasActivation(Step.BiasActivation s, Tensor g) {
    Tensor x = ops.allocate(s.x().shape());
    Tensor bias = ops.allocate(s.bias().shape());
    s.kernel().backward(s.x().tensor(), s.bias().tensor(), g, x, bias);
    sums.give(s.x(), x);
    sums.give(s.bias(), bias);
  }

  private void softmaxAttention(Step.SoftmaxAttention s, Tensor g) {
    AttentionGradients targets = attentionTargets(s.queries(), s.keys(), s.values(), null);
    s.kernel()
        .backward(s.inputs(), s.causal(), s.scale(), s.out().tensor(), s.logSumExp(), g, targets);
    sums.give(s.queries(), targets.queries());
    sums.give(s.keys(), targets.keys());
    sums.give(s.values(), targets.values());
  }

  private void attention(Step.Attention s, Tensor g) {
    CarriedState initial = s.initial();
    AttentionState initialTarget =
        initial != null && initial.requiresGradient() ? like(initial) : null;
    AttentionGradients targets = attentionTargets(s.queries(), s.keys(), s.values(), initialTarget);
    s.kernel()
        .backward(
            s.inputs(),
            initial == null ? null : initial.tensors(),
            s.out().tensor(),
            s.saved(),
            g,
            stateGradient(s.last()),
            targets);
    sums.give(s.queries(), targets.queries());
    sums.give(s.keys(), targets.keys());
    sums.give(s.values(), targets.values());
    if (initial != null && initialTarget != null) {
      sums.give(initial.memory(), initialTarget.memory());
      giveState(initial.momentum(), initialTarget.momentum());
      giveState(initial.keySum(), initialTarget.keySum());
    }
  }

  private AttentionGradients attentionTargets(
      Variable queries, Variable keys, Variable values, @Nullable AttentionState initial) {
    return new AttentionGradients(
        targets.of(queries), targets.of(keys), targets.of(values), initial);
  }

  private AttentionState like(CarriedState state) {
    return new AttentionState(
        ops.allocate(state.memory().shape()),
        state.momentum() == null ? null : ops.allocate(state.momentum().shape()),
        state.keySum() == null ? null : ops.allocate(state.keySum().shape()));
  }

  private void giveState(@Nullable Variable variable, @Nullable Tensor gradient) {
    if (variable != null && gradient != null) {
      sums.give(variable, gradient);
    }
  }

  private boolean reaches(@Nullable CarriedState last) {
    return last != null
        && (sums.has(last.memory()) || sums.has(last.momentum()) || sums.has(last.keySum()));
  }

  private @Nullable AttentionState stateGradient(@Nullable CarriedState last) {
    return last == null || !reaches(last)
        ? null
        : new AttentionState(
            ops.contiguous(sums.orZero(last.memory())),
            last.momentum() == null ? null : ops.contiguous(sums.orZero(last.momentum())),
            last.keySum() == null ? null : ops.contiguous(sums.orZero(last.keySum())));
  }

  /** Sums over the axes along which a variable of the target shape was repeated. */
  private Variable unbroadcast(Variable g, Shape target) {
    Variable sum = g;
    int extra = g.shape().rank() - target.rank();
    for (int axis = 0; axis < g.shape().rank(); axis++) {
      boolean repeated = axis < extra || target.dim(axis - extra) == 1;
      if (repeated && g.shape().dim(axis) != 1) {
        sum = ops.sum(sum, axis);
      }
    }
    return ops.reshape(sum, target);
  }

  private static int[] inverse(List<Integer> order) {
    int[] inverse = new int[order.size()];
    for (int axis = 0; axis < inverse.length; axis++) {
      inverse[order.get(axis)] = axis;
    }
    return inverse;
  }
}
