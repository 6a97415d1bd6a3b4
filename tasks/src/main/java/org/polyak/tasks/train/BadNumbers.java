package org.polyak.tasks.train;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.DType;

/** Finds where numbers stopped being finite. */
final class BadNumbers {
  private BadNumbers() {}

  /**
   * The first layer of a forward pass with a number that is not finite in its outputs, in the order
   * of computation. Parameters say nothing any more: the step has updated all of them.
   */
  static String firstLayer(Ops ops, List<Parameter> parameters, Tape tape) {
    Map<Variable, String> names = new HashMap<>();
    for (Parameter parameter : parameters) {
      names.put(parameter.variable(), layer(parameter.name()));
    }
    String layer = "the input";
    for (Step step : tape.steps()) {
      String own = names.get(parameterOf(step));
      if (own != null) {
        layer = own;
      }
      if (step.out().dtype() == DType.F32 && !isFinite(ops.toFloats(step.out()))) {
        return own != null ? "the output of " + layer : "what follows " + layer;
      }
    }
    return "the loss";
  }

  /** Whether all of some numbers are finite. */
  static boolean isFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The trained variable that a step applies; its own result where it has none. */
  private static Variable parameterOf(Step step) {
    return switch (step) {
      case Step.Linear linear -> linear.weight();
      case Step.FusedLinear linear -> linear.weight();
      case Step.GatherRows gather -> gather.table();
      case Step.LayerNorm norm -> norm.gain();
      case Step.BiasActivation bias -> bias.bias();
      default -> step.out();
    };
  }

  private static String layer(String parameter) {
    int dot = parameter.lastIndexOf('.');
    return dot < 0 ? parameter : parameter.substring(0, dot);
  }
}
