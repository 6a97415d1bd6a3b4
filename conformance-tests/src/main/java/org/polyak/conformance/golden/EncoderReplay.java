package org.polyak.conformance.golden;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.layers.AdaptiveCoefficient;
import org.polyak.nn.layers.AttentionConfig;
import org.polyak.nn.layers.ConnectionConfig;
import org.polyak.nn.layers.Parameter;
import org.polyak.nn.layers.ParameterFactory;
import org.polyak.nn.layers.Transformer;
import org.polyak.nn.layers.TransformerConfig;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.spi.fused.Activation;

/** Groups 11 and 12: whole encoders, forward and backward. */
final class EncoderReplay {
  private EncoderReplay() {}

  static void encoder(BackendReplay replay) {
    GoldenFile file = replay.file();
    CaseContext c = replay.context();
    ParameterFactory factory = new ParameterFactory(c.engine(), c.scope(), Generator.ofSeed(0));
    Transformer transformer = new Transformer(factory, config(file));
    List<Parameter> parameters = factory.parameters();
    for (Parameter parameter : parameters) {
      Array weight = file.tensor("weight." + parameter.name());
      c.backend()
          .upload(MemorySegment.ofArray(Samples.floats(weight)), parameter.variable().tensor());
    }
    c.check(
        parameters.size() == replay.weights().size(),
        "%d parameters for %d weights".formatted(parameters.size(), replay.weights().size()));
    int @Nullable [] lengths = file.hasTensor("in.lengths") ? file.integers("in.lengths") : null;
    Ops ops = Ops.recording(c.engine(), c.scope(), new Tape());
    Array in = file.tensor("in.x");
    Variable x = Variable.parameter(ops.constant(Samples.floats(in), in.shape()).tensor());
    Variable y = transformer.forward(ops, x, lengths);
    Variable cotangent = ops.constant(Samples.floats(file.tensor("in.cotangent")), in.shape());
    Gradients gradients = ops.backward(ops.sumAll(ops.multiply(y, cotangent)));
    replay.compare("out.y", ops.toFloats(y));
    replay.compare("grad.x", ops.toFloats(Variable.constant(gradients.require(x))));
    for (Parameter parameter : parameters) {
      replay.compare(
          "grad.weight." + parameter.name(),
          ops.toFloats(Variable.constant(gradients.require(parameter.variable()))));
    }
  }

  private static TransformerConfig config(GoldenFile file) {
    Array x = file.tensor("in.x");
    int width = x.extent(2);
    int heads = (int) file.number("n_heads");
    boolean authors = file.hasParameter("d_ff");
    int headDim = authors ? width / heads : (int) file.number("query_dimensions");
    return new TransformerConfig(
        (int) file.number("n_layers"),
        width,
        heads,
        headDim,
        headDim,
        (int) file.number(authors ? "d_ff" : "feed_forward_dimensions"),
        file.option("activation").equals("gelu") ? Activation.GELU : Activation.RELU,
        0,
        TransformerConfig.NormPlacement.POST,
        file.flag("final_normalization"),
        file.flag("causal"),
        x.extent(1),
        file.option("attention").equals("full")
            ? new AttentionConfig.Softmax()
            : new AttentionConfig.Linear(AttentionConfig.EPSILON),
        connection(file));
  }

  private static ConnectionConfig connection(GoldenFile file) {
    if (file.hasParameter("res_mu")) {
      return new ConnectionConfig.Velocity(file.number("res_mu"), file.number("res_stepsize"));
    }
    return file.hasParameter("res_delta")
        ? new ConnectionConfig.AdaptiveVelocity(
            file.number("res_stepsize"),
            ConnectionConfig.Reference.VELOCITY,
            AdaptiveCoefficient.RELEASED)
        : new ConnectionConfig.Plain();
  }
}
