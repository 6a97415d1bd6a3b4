package org.polyak.conformance.golden;

import java.util.List;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AdaptiveCoefficient.Norm;
import org.polyak.nn.layers.AdaptiveCoefficient.Order;
import org.polyak.nn.ops.Ops;

/** Group 04: the momentum connection and the adaptive coefficient. */
final class ConnectionReplay {
  private ConnectionReplay() {}

  /** x + v + β (x − previous). */
  static void equation15(BackendReplay replay) {
    GoldenFile file = replay.file();
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(file.tensor("in.x"), file.tensor("in.v"), file.tensor("in.prev")),
            List.of(file.tensor("in.cotangent")),
            (ops, in) -> {
              Variable push =
                  ops.scale(ops.subtract(in.get(0), in.get(2)), file.number("beta_tilde"));
              return List.of(ops.add(ops.add(in.get(0), in.get(1)), push));
            });
    replay.compare("out.y", found.result());
    replay.compareGradients(found, "grad.x", "grad.v", "grad.prev");
  }

  /** velocity ← μ velocity − v; x − s velocity. */
  static void velocity(BackendReplay replay) {
    GoldenFile file = replay.file();
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(file.tensor("in.x"), file.tensor("in.v"), file.tensor("in.vel")),
            List.of(file.tensor("in.cotangent"), file.tensor("in.cotangent.vel")),
            (ops, in) -> {
              Variable next = ops.subtract(ops.scale(in.get(2), file.number("mu")), in.get(1));
              return List.of(
                  ops.subtract(in.get(0), ops.scale(next, file.number("stepsize"))), next);
            });
    replay.compare("out.y", found.result());
    replay.compare("out.vel", found.results().get(1));
    replay.compareGradients(found, "grad.x", "grad.v", "grad.vel");
  }

  /** Eq. 15 with the coefficient of eq. 18; the edge cases hold coefficients only. */
  static void adaptive(BackendReplay replay) {
    GoldenFile file = replay.file();
    AdaptiveCoefficient coefficient = coefficient(file);
    Array gradient = file.tensor("in.grad");
    Array previous = file.tensor("in.grad_prev");
    if (!file.hasTensor("in.x")) {
      Differentiated found =
          Differentiated.of(
              replay.context(),
              List.of(gradient, previous),
              List.of(Array.filled(1, file.tensor("out.beta").shape())),
              (ops, in) -> List.of(beta(ops, coefficient, in.get(0), in.get(1))));
      replay.compare("out.beta", found.result());
      for (float[] edge : found.gradients()) {
        for (float element : edge) {
          replay.context().check(Float.isFinite(element), "a gradient at the edge is " + element);
        }
      }
      return;
    }
    Differentiated found =
        Differentiated.of(
            replay.context(),
            List.of(
                file.tensor("in.x"),
                file.tensor("in.v"),
                file.tensor("in.prev"),
                gradient,
                previous),
            List.of(file.tensor("in.cotangent"), file.tensor("in.cotangent.beta")),
            (ops, in) -> {
              Variable beta = beta(ops, coefficient, in.get(3), in.get(4));
              Variable push = ops.multiply(beta, ops.subtract(in.get(0), in.get(2)));
              return List.of(ops.add(ops.add(in.get(0), in.get(1)), push), beta);
            });
    replay.compare("out.y", found.result());
    replay.compare("out.beta", found.results().get(1));
    replay.compareGradients(found, "grad.x", "grad.v", "grad.prev", "grad.grad", "grad.grad_prev");
  }

  private static Variable beta(
      Ops ops, AdaptiveCoefficient coefficient, Variable gradient, Variable previous) {
    return coefficient.of(ops, ops.subtract(gradient, previous), previous);
  }

  private static AdaptiveCoefficient coefficient(GoldenFile file) {
    return new AdaptiveCoefficient(
        file.number("delta"),
        file.option("order").equals("square_then_project")
            ? Order.SQUARE_THEN_PROJECT
            : Order.PROJECT_THEN_SQUARE,
        file.option("norm_mode").equals("token") ? Norm.TOKEN : Norm.SAMPLE,
        false);
  }
}
