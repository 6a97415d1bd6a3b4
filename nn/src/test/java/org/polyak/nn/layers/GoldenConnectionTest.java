package org.polyak.nn.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient.Norm;
import org.polyak.nn.layers.AdaptiveCoefficient.Order;
import org.polyak.nn.layers.Connection.Joined;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.testing.Device;
import org.polyak.nn.testing.Golden;

/** Residual connections against golden vectors, outputs and gradients. */
class GoldenConnectionTest {
  @Test
  void velocityFormIsThatOfTheReleasedCode() {
    List<Golden> files = Golden.files("04_connection_authors");
    assertThat(files).hasSize(2);
    Device.onBoth(device -> {
      for (Golden golden : files) {
        Ops ops = device.recording();
        Variable x = device.parameter(golden.tensor("in.x"));
        Variable attention = device.parameter(golden.tensor("in.v"));
        Variable velocity = device.parameter(golden.tensor("in.vel"));
        Joined joined =
            Connection.join(
                ops,
                new ConnectionConfig.Velocity(number(golden, "mu"), number(golden, "stepsize")),
                x,
                attention,
                new ConnectionState(velocity, attention, x));
        Variable next = Objects.requireNonNull(joined.state().velocity());
        Gradients gradients =
            ops.backward(
                ops.add(
                    weighted(device, ops, joined.out(), golden, "in.cotangent"),
                    weighted(device, ops, next, golden, "in.cotangent.vel")));

        golden.check("out.y", ops.toFloats(joined.out()));
        golden.check("out.vel", ops.toFloats(next));
        golden.check("grad.x", device.gradient(gradients, x));
        golden.check("grad.v", device.gradient(gradients, attention));
        golden.check("grad.vel", device.gradient(gradients, velocity));
      }
    });
  }

  @Test
  void heavyBallFormIsEquationFifteen() {
    List<Golden> files = Golden.files("04_connection_eq15");
    assertThat(files).hasSize(3);
    Device.onBoth(device -> {
      for (Golden golden : files) {
        Ops ops = device.recording();
        Variable x = device.parameter(golden.tensor("in.x"));
        Variable attention = device.parameter(golden.tensor("in.v"));
        Variable before = device.parameter(golden.tensor("in.prev"));
        Variable out =
            Connection.join(
                    ops,
                    new ConnectionConfig.HeavyBall(number(golden, "beta_tilde")),
                    x,
                    attention,
                    new ConnectionState(null, attention, before))
                .out();
        Gradients gradients = ops.backward(weighted(device, ops, out, golden, "in.cotangent"));

        golden.check("out.y", ops.toFloats(out));
        golden.check("grad.x", device.gradient(gradients, x));
        golden.check("grad.v", device.gradient(gradients, attention));
        golden.check("grad.prev", device.gradient(gradients, before));
      }
    });
  }

  @Test
  void bothReferencesAgreeInTheSecondLayer() {
    try (Device device = Device.composed()) {
      Ops ops = device.ops();
      Variable x = ops.constant(new float[] {1, 2, -1, 0.5f}, 1, 2, 2);
      Variable first = ops.constant(new float[] {0.3f, -1, 2, 0.1f}, 1, 2, 2);
      Variable second = ops.constant(new float[] {0.2f, -0.7f, 1, 0.4f}, 1, 2, 2);
      // After the first layer the velocity is the attention output, negated: equal norms.
      ConnectionState state = new ConnectionState(ops.scale(first, -1), first, x);
      float[] velocity = adaptive(ops, ConnectionConfig.Reference.VELOCITY, x, second, state);
      assertThat(velocity)
          .containsExactly(adaptive(ops, ConnectionConfig.Reference.PREVIOUS, x, second, state));
      ConnectionState later = new ConnectionState(ops.scale(first, -2), first, x);
      assertThat(adaptive(ops, ConnectionConfig.Reference.VELOCITY, x, second, later))
          .isNotEqualTo(adaptive(ops, ConnectionConfig.Reference.PREVIOUS, x, second, later));
    }
  }

  private static float[] adaptive(
      Ops ops,
      ConnectionConfig.Reference reference,
      Variable x,
      Variable attention,
      ConnectionState state) {
    ConnectionConfig config =
        new ConnectionConfig.AdaptiveVelocity(0.9, reference, AdaptiveCoefficient.RELEASED);
    return ops.toFloats(Connection.join(ops, config, x, attention, state).out());
  }

  @Test
  void adaptiveCoefficientIsThatOfEquationEighteen() {
    List<Golden> files =
        Golden.files("04_adaptive_eq18").stream()
            .filter(file -> !file.parameter("norm_mode").equals("batch"))
            .toList();
    assertThat(files).hasSize(4);
    Device.onBoth(device -> {
      for (Golden golden : files) {
        Ops ops = device.recording();
        Variable x = device.parameter(golden.tensor("in.x"));
        Variable value = device.parameter(golden.tensor("in.v"));
        Variable before = device.parameter(golden.tensor("in.prev"));
        Variable gradient = device.parameter(golden.tensor("in.grad"));
        Variable previous = device.parameter(golden.tensor("in.grad_prev"));
        Variable beta = coefficient(golden).of(ops, ops.subtract(gradient, previous), previous);
        Variable push = ops.multiply(beta, ops.subtract(x, before));
        Variable out = ops.add(ops.add(x, value), push);
        Gradients gradients =
            ops.backward(
                ops.add(
                    weighted(device, ops, out, golden, "in.cotangent"),
                    weighted(device, ops, beta, golden, "in.cotangent.beta")));

        golden.check("out.beta", ops.toFloats(beta));
        golden.check("out.y", ops.toFloats(out));
        golden.check("grad.x", device.gradient(gradients, x));
        golden.check("grad.v", device.gradient(gradients, value));
        golden.check("grad.prev", device.gradient(gradients, before));
        golden.check("grad.grad", device.gradient(gradients, gradient));
        golden.check("grad.grad_prev", device.gradient(gradients, previous));
      }
    });
  }

  @Test
  void zeroNormsHaveAMeaningInValueAndGradient() {
    List<Golden> files = Golden.files("04_adaptive_edges");
    assertThat(files).hasSize(2);
    Device.onBoth(device -> {
      for (Golden golden : files) {
        Ops ops = device.recording();
        Variable gradient = device.parameter(golden.tensor("in.grad"));
        Variable previous = device.parameter(golden.tensor("in.grad_prev"));
        Variable beta = coefficient(golden).of(ops, ops.subtract(gradient, previous), previous);
        Gradients gradients = ops.backward(ops.sumAll(beta));

        golden.check("out.beta", ops.toFloats(beta));
        for (float value : device.gradient(gradients, gradient)) {
          assertThat(value).as(golden.name()).isFinite();
        }
        for (float value : device.gradient(gradients, previous)) {
          assertThat(value).as(golden.name()).isFinite();
        }
      }
    });
  }

  @Test
  void sinusoidalPositionsAreThoseOfTheExperiments() {
    List<Golden> files = Golden.files("10_sinusoidal");
    assertThat(files).hasSize(2);
    for (Golden golden : files) {
      golden.check(
          "out.pe",
          SinusoidalPositions.values(
              Integer.parseInt(golden.parameter("length")),
              Integer.parseInt(golden.parameter("dim"))));
    }
  }

  private static AdaptiveCoefficient coefficient(Golden golden) {
    return new AdaptiveCoefficient(
        number(golden, "delta"),
        golden.parameter("order").equals("square_then_project")
            ? Order.SQUARE_THEN_PROJECT
            : Order.PROJECT_THEN_SQUARE,
        golden.parameter("norm_mode").equals("token") ? Norm.TOKEN : Norm.SAMPLE,
        false);
  }

  private static Variable weighted(
      Device device, Ops ops, Variable x, Golden golden, String cotangent) {
    return ops.sumAll(ops.multiply(x, device.constant(golden.tensor(cotangent))));
  }

  private static double number(Golden golden, String key) {
    return Double.parseDouble(golden.parameter(key));
  }
}
