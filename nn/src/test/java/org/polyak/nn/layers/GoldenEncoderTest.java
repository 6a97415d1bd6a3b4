package org.polyak.nn.layers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.layers.TransformerConfig.NormPlacement;
import org.polyak.nn.ops.Ops;
import org.polyak.nn.random.Generator;
import org.polyak.nn.testing.Device;
import org.polyak.nn.testing.Golden;
import org.polyak.spi.fused.Activation;

/** Whole encoders against the public implementations, outputs and all gradients. */
class GoldenEncoderTest {
  @Test
  void encodersOfTheLinearTransformersLibraryAreReproduced() {
    List<Golden> files = Golden.files("11_encoder");
    assertThat(files).hasSize(7);
    Device.onBoth(device -> files.forEach(file -> check(device, file)));
  }

  @Test
  void encodersOfThePapersReleasedCodeAreReproduced() {
    List<Golden> files = Golden.files("12_authors_encoder");
    assertThat(files).hasSize(2);
    Device.onBoth(device -> files.forEach(file -> check(device, file)));
  }

  private static void check(Device device, Golden golden) {
    ParameterFactory factory =
        new ParameterFactory(device.engine(), device.scope(), Generator.ofSeed(0));
    Transformer transformer = new Transformer(factory, config(golden));
    List<Parameter> parameters = factory.parameters();
    Map<String, StoredTensor> weights = golden.under("weight.");
    assertThat(parameters.stream().map(Parameter::name))
        .containsExactlyInAnyOrderElementsOf(new TreeSet<>(weights.keySet()));
    for (Parameter parameter : parameters) {
      golden
          .tensor("weight." + parameter.name())
          .upload(device.backend(), parameter.variable().tensor());
    }
    int[] lengths = lengths(golden);

    Ops ops = device.recording();
    Variable x = device.parameter(golden.tensor("in.x"));
    Variable y = transformer.forward(ops, x, lengths);
    Variable cotangent = device.constant(golden.tensor("in.cotangent"));
    Gradients gradients = ops.backward(ops.sumAll(ops.multiply(y, cotangent)));

    golden.check("out.y", ops.toFloats(y));
    golden.check("grad.x", device.gradient(gradients, x));
    for (Parameter parameter : parameters) {
      golden.check(
          "grad.weight." + parameter.name(), device.gradient(gradients, parameter.variable()));
    }
  }

  private static int @Nullable [] lengths(Golden golden) {
    StoredTensor stored = golden.file().tensors().get("in.lengths");
    if (stored == null) {
      return null;
    }
    List<Integer> lengths = new ArrayList<>();
    for (long length : stored.toLongs()) {
      lengths.add(Math.toIntExact(length));
    }
    return lengths.stream().mapToInt(Integer::intValue).toArray();
  }

  private static TransformerConfig config(Golden golden) {
    boolean authors = golden.name().startsWith("12");
    StoredTensor input = golden.tensor("in.x");
    int heads = Integer.parseInt(golden.parameter("n_heads"));
    int width = input.shape().dim(2);
    int headDim = authors ? width / heads : Integer.parseInt(golden.parameter("query_dimensions"));
    return new TransformerConfig(
        Integer.parseInt(golden.parameter("n_layers")),
        width,
        heads,
        headDim,
        headDim,
        Integer.parseInt(golden.parameter(authors ? "d_ff" : "feed_forward_dimensions")),
        golden.parameter("activation").equals("gelu") ? Activation.GELU : Activation.RELU,
        0,
        NormPlacement.POST,
        Boolean.parseBoolean(golden.parameter("final_normalization")),
        Boolean.parseBoolean(golden.parameter("causal")),
        input.shape().dim(1),
        golden.parameter("attention").equals("full")
            ? new AttentionConfig.Softmax()
            : new AttentionConfig.Linear(AttentionConfig.EPSILON),
        connection(golden, authors));
  }

  private static ConnectionConfig connection(Golden golden, boolean authors) {
    if (!authors) {
      return new ConnectionConfig.Plain();
    }
    double stepSize = Double.parseDouble(golden.parameter("res_stepsize"));
    return golden.parameter("res_mu").equals("null")
        ? new ConnectionConfig.AdaptiveVelocity(
            stepSize, ConnectionConfig.Reference.VELOCITY, AdaptiveCoefficient.RELEASED)
        : new ConnectionConfig.Velocity(Double.parseDouble(golden.parameter("res_mu")), stepSize);
  }
}
