package org.polyak.nn.layers;

import java.util.ArrayList;
import java.util.List;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Tensor;

/**
 * Linear layers of one input. Each has a weight and a bias of its own, as {@link Linear} has; these
 * lie side by side in memory, so that one product computes all.
 */
final class Projections {
  private final Tensor weight;
  private final Tensor bias;
  private final List<Variable> weights;
  private final List<Variable> biases;

  /**
   * One of the layers.
   *
   * @param name where its {@code weight} [width, in] and {@code bias} [width] go
   * @param width of its output
   */
  record Projection(String name, int width) {}

  /**
   * Creates the parameters.
   *
   * @param factory where they go
   * @param in width of the input
   * @param projections the layers
   */
  Projections(ParameterFactory factory, int in, List<Projection> projections) {
    int width = projections.stream().mapToInt(Projection::width).sum();
    weight = factory.allocate(width, in);
    bias = factory.allocate(width);
    double bound = Linear.bound(in);
    List<Variable> weights = new ArrayList<>();
    List<Variable> biases = new ArrayList<>();
    int from = 0;
    for (Projection projection : projections) {
      ParameterFactory own = factory.under(projection.name());
      int to = from + projection.width();
      weights.add(own.uniform("weight", bound, weight.slice(0, from, to)));
      biases.add(own.uniform("bias", bound, bias.slice(0, from, to)));
      from = to;
    }
    this.weights = List.copyOf(weights);
    this.biases = List.copyOf(biases);
  }

  /** From [.., in] to the widths of all layers side by side. */
  Variable forward(Ops ops, Variable x) {
    return ops.linear(x, ops.whole(weight, 0, weights), ops.whole(bias, 0, biases));
  }
}
