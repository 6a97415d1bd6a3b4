package org.polyak.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.OptimizerKernel;
import org.polyak.spi.fused.OptimizerRule;
import org.polyak.spi.fused.OptimizerRule.Adam;
import org.polyak.spi.fused.OptimizerRule.GradientDescent;
import org.polyak.spi.fused.OptimizerRule.RectifiedAdam;
import org.polyak.spi.fused.ParameterUpdate;
import org.polyak.spi.fused.Support;

class CpuOptimizerTest {
  private static final int STEPS = 30;
  private static final double RATE = 0.02;

  static List<OptimizerRule> rules() {
    return List.of(
        new GradientDescent(0, 0, false, 0),
        new GradientDescent(0, 0, false, 0.1),
        new GradientDescent(0.9, 0, false, 0),
        new GradientDescent(0.8, 0.3, false, 0.1),
        new GradientDescent(0.95, 0, true, 0.05),
        new Adam(0.9, 0.999, 1e-8, 0, false),
        new Adam(0.8, 0.95, 1e-6, 0.1, false),
        new Adam(0.9, 0.99, 1e-8, 0.1, true),
        new RectifiedAdam(0.9, 0.999, 1e-8, 0, false, false),
        new RectifiedAdam(0.9, 0.999, 1e-8, 0.1, false, true),
        new RectifiedAdam(0.9, 0.97, 1e-8, 0.1, true, false));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void trajectoriesFollowTheDefinitionInDouble(OptimizerRule rule) {
    for (int count : new int[] {1, 3, 37, 5000}) {
      Random random = new Random(count);
      float[] theta = GuardedMemory.random(random, count, 1);
      float scale = 0.5f;
      double[] expected = doubles(theta);
      double[][] states = new double[2][count];
      double[] size = new double[count];
      try (TestDevice device = new TestDevice(2, VectorWidth.preferred());
          GuardedMemory memory = new GuardedMemory()) {
        Support<OptimizerKernel> support = device.fused().optimizer(rule);
        OptimizerKernel kernel = ((Support.Native<OptimizerKernel>) support).kernel();
        Tensor parameter = memory.floats(theta, count);
        List<Tensor> state = new ArrayList<>();
        for (int i = 0; i < rule.stateCount(); i++) {
          state.add(memory.floats(new float[count], count));
        }
        @Nullable Tensor factor = memory.floats(new float[] {scale}, 1);
        for (int step = 1; step <= STEPS; step++) {
          float[] g = GuardedMemory.random(random, count, 1);
          kernel.step(
              List.of(new ParameterUpdate(parameter, memory.floats(g, count), factor, state)),
              RATE,
              step);
          for (int i = 0; i < count; i++) {
            double before = expected[i];
            expected[i] = step(rule, before, scale * (double) g[i], states, i, step);
            // What one step rounds: the parameter, and a step whose own terms have 20 roundings.
            size[i] += 2 * Math.abs(before) + 20 * Math.abs(expected[i] - before) + RATE;
          }
        }
        // Adam divides m by √v, both sums over all steps; errors of g feed back through the decay.
        Bounds.assertClose(rule.toString(), GuardedMemory.read(parameter), expected, size, STEPS);
        memory.assertGuardsIntact();
      }
    }
  }

  private static double step(
      OptimizerRule rule, double theta, double g, double[][] states, int i, int step) {
    return switch (rule) {
      case GradientDescent r -> descend(r, theta, g, states[0], i, step);
      case Adam r -> {
        double decayed = r.decoupled() ? theta * (1 - RATE * r.weightDecay()) : theta;
        double gradient = r.decoupled() ? g : g + r.weightDecay() * theta;
        moments(states, i, gradient, r.beta1(), r.beta2());
        double m = states[0][i] / (1 - Math.pow(r.beta1(), step));
        double v = states[1][i] / (1 - Math.pow(r.beta2(), step));
        yield decayed - RATE * m / (Math.sqrt(v) + r.epsilon());
      }
      case RectifiedAdam r -> {
        double decayed = r.decoupled() ? theta * (1 - RATE * r.weightDecay()) : theta;
        double gradient = r.decoupled() ? g : g + r.weightDecay() * theta;
        moments(states, i, gradient, r.beta1(), r.beta2());
        yield decayed - RATE * rectified(r, states, i, step);
      }
    };
  }

  private static double descend(
      GradientDescent r, double theta, double g, double[] buffer, int i, int step) {
    double gradient = g + r.weightDecay() * theta;
    if (r.momentum() == 0) {
      return theta - RATE * gradient;
    }
    buffer[i] = step == 1 ? gradient : r.momentum() * buffer[i] + (1 - r.dampening()) * gradient;
    double direction = r.nesterov() ? gradient + r.momentum() * buffer[i] : buffer[i];
    return theta - RATE * direction;
  }

  private static void moments(double[][] states, int i, double g, double beta1, double beta2) {
    states[0][i] = beta1 * states[0][i] + (1 - beta1) * g;
    states[1][i] = beta2 * states[1][i] + (1 - beta2) * g * g;
  }

  private static double rectified(RectifiedAdam r, double[][] states, int i, int step) {
    double power = Math.pow(r.beta2(), step);
    double longest = 2 / (1 - r.beta2()) - 1;
    double length = longest - 2 * step * power / (1 - power);
    double m = states[0][i] / (1 - Math.pow(r.beta1(), step));
    if (r.inclusiveThreshold() ? length < 5 : length <= 5) {
      return m;
    }
    double factor =
        Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length));
    return factor * m * Math.sqrt(1 - power) / (Math.sqrt(states[1][i]) + r.epsilon());
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}
