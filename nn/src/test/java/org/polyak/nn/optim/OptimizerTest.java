package org.polyak.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.CheckpointException;
import org.polyak.nn.checkpoint.OptimizerState;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.testing.Device;
import org.polyak.nn.testing.Golden;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerRule;

class OptimizerTest {
  private static final GradientClipping UNCLIPPED = new GradientClipping.None();

  @Test
  void namedOptimisersFollowTheReferenceTrajectories() {
    Device.onBoth(device -> {
      follow(device, "09_optim_sgd_heavyball_open", OptimizerRules.sgd(0.9, 0), UNCLIPPED);
      follow(device, "09_optim_sgd_nesterov_open", OptimizerRules.nesterov(0.9, 0), UNCLIPPED);
      follow(device, "09_optim_adam_open", OptimizerRules.adam(0), UNCLIPPED);
      follow(device, "09_optim_adamw_open", OptimizerRules.adamW(0.1), UNCLIPPED);
      follow(device, "09_optim_radam_wd_open", OptimizerRules.radam(0.1), UNCLIPPED);
      follow(
          device,
          "09_optim_radam_authors_clip1_open",
          OptimizerRules.radamOfThePaper(0.01),
          new GradientClipping.PerParameter(1));
    });
  }

  private static void follow(
      Device device, String name, OptimizerRule rule, GradientClipping clipping) {
    Golden golden = Golden.files(name + ".").getFirst();
    Parameter w = new Parameter("w", device.parameter(golden.tensor("in.w0")));
    Parameter b = new Parameter("b", device.parameter(golden.tensor("in.b0")));
    Optimizer optimizer =
        new Optimizer(device.engine(), rule, clipping, List.of(w, b), device.scope());
    double learningRate = Double.parseDouble(golden.parameter("lr"));
    int steps = Integer.parseInt(golden.parameter("steps"));
    Trajectory trajectoryW = new Trajectory(device, w, steps);
    Trajectory trajectoryB = new Trajectory(device, b, steps);
    for (int step = 0; step < steps; step++) {
      optimizer.step(
          gradients(
              Map.of(
                  w, rows(device, golden, "in.grad_w", step, w),
                  b, rows(device, golden, "in.grad_b", step, b))),
          learningRate);
      trajectoryW.record(step + 1);
      trajectoryB.record(step + 1);
    }

    golden.check("out.w", trajectoryW.values);
    golden.check("out.b", trajectoryB.values);
    assertThat(optimizer.steps()).isEqualTo(steps);
  }

  /** A parameter's values after each step, the start included. */
  private static final class Trajectory {
    private final Device device;
    private final Parameter parameter;
    private final int size;
    private final float[] values;

    Trajectory(Device device, Parameter parameter, int steps) {
      this.device = device;
      this.parameter = parameter;
      this.size = Math.toIntExact(parameter.variable().shape().size());
      this.values = new float[(steps + 1) * size];
      record(0);
    }

    void record(int step) {
      float[] now = device.ops().toFloats(parameter.variable());
      System.arraycopy(now, 0, values, step * size, size);
    }
  }

  @Test
  void globalClippingScalesAllGradientsByOneFactor() {
    Device.onBoth(device -> {
      Parameter a = zeros(device, "a", 1);
      Parameter b = zeros(device, "b", 2);
      Optimizer optimizer =
          new Optimizer(
              device.engine(),
              OptimizerRules.sgd(0, 0),
              new GradientClipping.Global(6.5),
              List.of(a, b),
              device.scope());
      optimizer.step(gradients(Map.of(a, floats(device, 3), b, floats(device, 4, 12))), 1);

      // The norm is 13, so the factor is a half, less 4·10⁻⁸ by the ε of the divisor.
      assertThat(device.ops().toFloats(a.variable())[0]).isCloseTo(-1.5f, within(1e-6f));
      assertThat(device.ops().toFloats(b.variable())[0]).isCloseTo(-2f, within(1e-6f));
      assertThat(device.ops().toFloats(b.variable())[1]).isCloseTo(-6f, within(2e-6f));
    });
  }

  @Test
  void smallGradientsAreNotClippedAndNanIsNotHidden() {
    Device.onBoth(device -> {
      Parameter a = zeros(device, "a", 2);
      Optimizer optimizer =
          new Optimizer(
              device.engine(),
              OptimizerRules.sgd(0, 0),
              new GradientClipping.PerParameter(100),
              List.of(a),
              device.scope());
      optimizer.step(gradients(Map.of(a, floats(device, 3, -4))), 1);
      assertThat(device.ops().toFloats(a.variable())).containsExactly(-3, 4);

      optimizer.step(gradients(Map.of(a, floats(device, 3, Float.NaN))), 1);
      assertThat(device.ops().toFloats(a.variable())[1]).isNaN();
    });
  }

  @Test
  void parameterWithoutGradientStays() {
    try (Device device = Device.fused()) {
      Parameter used = zeros(device, "used", 1);
      Parameter unused = new Parameter("unused", floats(device, 7));
      Optimizer optimizer =
          new Optimizer(
              device.engine(),
              OptimizerRules.adamW(0.5),
              UNCLIPPED,
              List.of(used, unused),
              device.scope());
      optimizer.step(gradients(Map.of(used, floats(device, 1))), 0.1);
      assertThat(device.ops().toFloats(unused.variable())).containsExactly(7);
      assertThat(device.ops().toFloats(used.variable())[0]).isNegative();
    }
  }

  @Test
  void stepsKeepNoTemporaries() {
    try (Device device = Device.composed()) {
      Parameter a = zeros(device, "a", 8);
      Optimizer optimizer =
          new Optimizer(
              device.engine(),
              OptimizerRules.radamOfThePaper(0.01),
              new GradientClipping.Global(1),
              List.of(a),
              device.scope());
      Variable gradient = floats(device, 1, 2, 3, 4, 5, 6, 7, 8);
      long before = device.scope().stats().liveBuffers();
      optimizer.step(gradients(Map.of(a, gradient)), 0.1);
      assertThat(device.scope().stats().liveBuffers()).isEqualTo(before);
    }
  }

  @Test
  void stateOfAnotherOptimiserOrModelIsRefused() {
    try (Device device = Device.fused()) {
      Optimizer adam =
          new Optimizer(
              device.engine(),
              OptimizerRules.adam(0),
              UNCLIPPED,
              List.of(zeros(device, "a", 2)),
              device.scope());
      OptimizerState state = adam.state();
      Optimizer other =
          new Optimizer(
              device.engine(),
              OptimizerRules.adamW(0),
              UNCLIPPED,
              List.of(zeros(device, "a", 2)),
              device.scope());
      assertThatThrownBy(() -> other.restore("x", state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("'x' was trained with another optimiser: Adam[");
      Optimizer wider =
          new Optimizer(
              device.engine(),
              OptimizerRules.adam(0),
              UNCLIPPED,
              List.of(zeros(device, "a", 3)),
              device.scope());
      assertThatThrownBy(() -> wider.restore("x", state))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no optimiser state of shape [3] for parameter 'a'");
    }
  }

  private static Gradients gradients(Map<Parameter, Variable> values) {
    IdentityHashMap<Variable, Tensor> tensors = new IdentityHashMap<>();
    values.forEach((parameter, value) -> tensors.put(parameter.variable(), value.tensor()));
    return new Gradients(tensors);
  }

  private static Parameter zeros(Device device, String name, int size) {
    return new Parameter(name, Variable.parameter(device.ops().filled(0, size).tensor()));
  }

  private static Variable floats(Device device, float... values) {
    return device.ops().constant(values, values.length);
  }

  private static Variable rows(
      Device device, Golden golden, String name, int step, Parameter shaped) {
    float[] all = golden.tensor(name).toFloats();
    int size = Math.toIntExact(shaped.variable().shape().size());
    float[] part = Arrays.copyOfRange(all, step * size, (step + 1) * size);
    return device.ops().constant(part, shaped.variable().shape().dims());
  }
}
