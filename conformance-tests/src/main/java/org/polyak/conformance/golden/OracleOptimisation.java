package org.polyak.conformance.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.HeavyBall;
import org.polyak.conformance.oracle.LinearAlgebra;
import org.polyak.conformance.oracle.Optimiser;

/** Groups 05 and 09: heavy ball on quadratics, optimiser trajectories. */
final class OracleOptimisation {
  private OracleOptimisation() {}

  static void heavyBall(GoldenFile file, OracleReplay replay) {
    HeavyBall.Quadratic f = new HeavyBall.Quadratic(file.tensor("in.A"), file.tensor("in.b"));
    List<Array> iterates =
        HeavyBall.iterates(
            f,
            file.tensor("in.x0"),
            file.number("gamma"),
            file.number("beta"),
            (int) file.number("iterations"));
    Array minimum = f.minimum();
    replay.tensor("out.x_star", minimum);
    replay.tensor("out.x", stack(iterates));
    replay.tensor(
        "out.distance", numbers(iterates.size(), k -> iterates.get(k).minus(minimum).norm()));
    replay.tensor("out.f", numbers(iterates.size(), k -> f.value(iterates.get(k))));
    double[] estimates = HeavyBall.curvatureEstimates(f, iterates);
    int kept = file.tensor("out.ratio").size();
    replay.tensor("out.ratio", numbers(kept, k -> estimates[k]));
  }

  static void optimiser(GoldenFile file, OracleReplay replay) {
    if (file.option("loop").equals("closed")) {
      closedLoop(file, replay);
    } else {
      replay.tensor("out.w", openLoop(file, "in.w0", "in.grad_w"));
      replay.tensor("out.b", openLoop(file, "in.b0", "in.grad_b"));
    }
  }

  private static Array openLoop(GoldenFile file, String start, String gradients) {
    Array all = file.tensor(gradients);
    Array first = file.tensor(start);
    return stack(trajectory(file, first, (k, w) -> all.slice(0, k, k + 1).reshape(first.shape())));
  }

  private static void closedLoop(GoldenFile file, OracleReplay replay) {
    Array x = file.tensor("in.X");
    Array y = file.tensor("in.Y");
    int rows = x.extent(0);
    UnaryOperator<Array> residual = w -> LinearAlgebra.matmul(x, w).minus(y);
    List<Array> trajectory =
        trajectory(
            file,
            file.tensor("in.w0"),
            (k, w) ->
                LinearAlgebra.matmul(LinearAlgebra.transpose(x), residual.apply(w))
                    .times(1.0 / rows));
    replay.tensor("out.w", stack(trajectory));
    replay.tensor(
        "out.loss",
        numbers(
            trajectory.size() - 1,
            k -> {
              Array error = residual.apply(trajectory.get(k));
              return error.dot(error) / (2 * rows);
            }));
  }

  private interface GradientAt {
    Array gradient(int step, Array parameter);
  }

  private static List<Array> trajectory(GoldenFile file, Array start, GradientAt gradientAt) {
    Optimiser optimiser = optimiser(file);
    double maxNorm = file.hasParameter("max_grad_norm") ? file.number("max_grad_norm") : 0;
    List<Array> trajectory = new ArrayList<>(List.of(start));
    List<Array> state = optimiser.initialState(start);
    for (int k = 0; k < (int) file.number("steps"); k++) {
      Array parameter = trajectory.getLast();
      Array gradient = gradientAt.gradient(k, parameter);
      Array clipped = maxNorm > 0 ? Optimiser.clipNorm(gradient, maxNorm) : gradient;
      Optimiser.Step step = optimiser.step(parameter, clipped, state, k + 1, file.number("lr"));
      trajectory.add(step.parameter());
      state = step.state();
    }
    return trajectory;
  }

  private static Optimiser optimiser(GoldenFile file) {
    String kind = file.option("optimizer");
    double decay = file.number("weight_decay");
    if (kind.startsWith("sgd")) {
      return new Optimiser.GradientDescent(
          file.number("momentum"), file.number("dampening"), file.flag("nesterov"), decay);
    }
    double beta1 = file.number("betas", 0);
    double beta2 = file.number("betas", 1);
    double epsilon = file.number("eps");
    if (kind.startsWith("radam")) {
      boolean authors = kind.equals("radam_authors");
      boolean decoupled = authors || file.flag("decoupled_weight_decay");
      return new Optimiser.RectifiedAdam(beta1, beta2, epsilon, decay, decoupled, authors);
    }
    return new Optimiser.Adam(
        beta1, beta2, epsilon, decay, file.flag("decoupled_weight_decay"), file.flag("amsgrad"));
  }

  private static Array stack(List<Array> rows) {
    int width = rows.getFirst().size();
    Array stacked = Array.zeros(rows.size(), width);
    for (int k = 0; k < rows.size(); k++) {
      System.arraycopy(rows.get(k).data(), 0, stacked.data(), k * width, width);
    }
    return stacked;
  }

  private static Array numbers(int count, IntToDoubleFunction value) {
    Array numbers = Array.zeros(count);
    for (int k = 0; k < count; k++) {
      numbers.set(value.applyAsDouble(k), k);
    }
    return numbers;
  }
}
