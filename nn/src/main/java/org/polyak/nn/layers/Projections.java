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
  private final int[] widths;
  private final Variable[] weights;
  private final Variable[] biases;

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
    widths = projections.stream().mapToInt(Projection::width).toArray();
    int width = projections.stream().mapToInt(Projection::width).sum();
    Tensor allWeights = factory.allocate(width, in);
    Tensor allBiases = factory.allocate(width);
    double bound = Linear.bound(in);
    List<Variable> weights = new ArrayList<>();
    List<Variable> biases = new ArrayList<>();
    int from = 0;
    for (Projection projection : projections) {
      ParameterFactory own = factory.under(projection.name());
      int to = from + projection.width();
      weights.add(own.uniform("weight", bound, allWeights.slice(0, from, to)));
      biases.add(own.uniform("bias", bound, allBiases.slice(0, from, to)));
      from = to;
    }
    this.weights = weights.toArray(Variable[]::new);
    this.biases = biases.toArray(Variable[]::new);
  }

  /** From [.., in] to [.., width] for each layer. */
  List<Variable> forward(Ops ops, Variable x) {
    Variable weight = ops.concatenate(0, weights);
    Variable bias = ops.concatenate(0, biases);
    return ops.split(ops.linear(x, weight, bias), -1, widths);
  }
}
