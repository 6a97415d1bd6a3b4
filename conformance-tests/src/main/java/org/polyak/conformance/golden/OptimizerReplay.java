package org.polyak.conformance.golden;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.optim.GradientClipping;
import org.polyak.nn.optim.Optimizer;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.OptimizerRule;

/** Group 09: trajectories of optimisers, with given gradients or those of least squares. */
final class OptimizerReplay {
  private OptimizerReplay() {}

  /** Finds the gradient of a step on the device, and notes what else it finds. */
  @FunctionalInterface
  private interface GradientSource {
    Variable gradient(Ops ops, int step, Variable parameter);
  }

  static void trajectory(BackendReplay replay) {
    GoldenFile file = replay.file();
    if (file.option("loop").equals("closed")) {
      leastSquares(replay);
    } else {
      given(replay, "w");
      given(replay, "b");
    }
  }

  private static void given(BackendReplay replay, String parameter) {
    Array gradients = replay.file().tensor("in.grad_" + parameter);
    Array start = replay.file().tensor("in." + parameter + "0");
    float[] path =
        run(
            replay,
            start,
            (ops, step, theta) ->
                ops.constant(Samples.floats(gradients.slice(0, step, step + 1)), start.shape()));
    replay.compare("out." + parameter, path);
  }

  /** loss = |Xw − Y|²/(2 rows). */
  private static void leastSquares(BackendReplay replay) {
    GoldenFile file = replay.file();
    Array inputs = file.tensor("in.X");
    Array outputs = file.tensor("in.Y");
    int rows = inputs.extent(0);
    List<Float> losses = new ArrayList<>();
    float[] path =
        run(
            replay,
            file.tensor("in.w0"),
            (ops, step, theta) -> {
              Variable x = ops.constant(Samples.floats(inputs), inputs.shape());
              Variable y = ops.constant(Samples.floats(outputs), outputs.shape());
              Variable error = ops.subtract(ops.matmul(x, theta), y);
              Variable squares = ops.sumAll(ops.unary(UnaryOp.SQUARE, error));
              losses.add(ops.toScalar(ops.scale(squares, 0.5 / rows)));
              return ops.scale(ops.matmul(ops.transpose(x, 0, 1), error), 1.0 / rows);
            });
    replay.compare("out.w", path);
    float[] found = new float[losses.size()];
    for (int i = 0; i < found.length; i++) {
      found[i] = losses.get(i);
    }
    replay.compare("out.loss", found);
  }

  /** All iterates, the first included, one after the other. */
  private static float[] run(BackendReplay replay, Array start, GradientSource source) {
    GoldenFile file = replay.file();
    CaseContext c = replay.context();
    Ops ops = Ops.inference(c.engine(), c.scope());
    Variable theta =
        Variable.parameter(ops.constant(Samples.floats(start), start.shape()).tensor());
    Optimizer optimizer =
        new Optimizer(
            c.engine(),
            rule(file),
            clipping(file),
            List.of(new Parameter("theta", theta)),
            c.scope());
    int steps = (int) file.number("steps");
    float[] path = new float[(steps + 1) * start.size()];
    for (int step = 0; step <= steps; step++) {
      System.arraycopy(ops.toFloats(theta), 0, path, step * start.size(), start.size());
      if (step < steps) {
        Variable gradient = source.gradient(ops, step, theta);
        IdentityHashMap<Variable, Tensor> gradients = new IdentityHashMap<>();
        gradients.put(theta, gradient.tensor());
        optimizer.step(new Gradients(gradients), file.number("lr"));
      }
    }
    return path;
  }

  private static GradientClipping clipping(GoldenFile file) {
    return file.hasParameter("max_grad_norm") && file.number("max_grad_norm") > 0
        ? new GradientClipping.PerParameter(file.number("max_grad_norm"))
        : new GradientClipping.None();
  }

  private static OptimizerRule rule(GoldenFile file) {
    String kind = file.option("optimizer");
    double decay = file.number("weight_decay");
    if (kind.startsWith("sgd")) {
      return new OptimizerRule.GradientDescent(
          file.number("momentum"), file.number("dampening"), file.flag("nesterov"), decay);
    }
    double beta1 = file.number("betas", 0);
    double beta2 = file.number("betas", 1);
    double epsilon = file.number("eps");
    if (kind.startsWith("radam")) {
      boolean authors = kind.equals("radam_authors");
      boolean decoupled = authors || file.flag("decoupled_weight_decay");
      return new OptimizerRule.RectifiedAdam(beta1, beta2, epsilon, decay, decoupled, authors);
    }
    return new OptimizerRule.Adam(
        beta1, beta2, epsilon, decay, file.flag("decoupled_weight_decay"));
  }
}
