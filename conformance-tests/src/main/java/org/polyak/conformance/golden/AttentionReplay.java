package org.polyak.conformance.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Samples;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Attended;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Padding;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Groups 01 to 03: attention. */
final class AttentionReplay {
  private AttentionReplay() {}

  static void softmax(BackendReplay replay) {
    GoldenFile file = replay.file();
    Differentiated found =
        Differentiated.of(
            replay.context(),
            inputs(file),
            List.of(swap(file.tensor("in.cotangent"))),
            (ops, in) ->
                List.of(
                    ops.softmaxAttention(
                        in.get(0),
                        in.get(1),
                        in.get(2),
                        lengths(file),
                        file.flag("causal"),
                        file.number("scale"))));
    outAndGradients(replay, found);
  }

  static void family(BackendReplay replay) {
    GoldenFile file = replay.file();
    boolean endAnchored =
        file.operation().equals("momentum_attention_authors_parallel")
            || (file.hasParameter("beta") && !file.flag("causal"));
    if (endAnchored) {
      endAnchored(replay);
    } else if (file.hasTensor("out.s")) {
      carried(replay);
    } else {
      AttentionSpec spec = spec(file, rule(file));
      outAndGradients(
          replay,
          Differentiated.of(
              replay.context(),
              inputs(file),
              List.of(swap(file.tensor("in.cotangent"))),
              (ops, in) ->
                  List.of(ops.attention(spec, in.get(0), in.get(1), in.get(2), lengths(file)))));
    }
  }

  /** Weights of eq. 14 on the values of linear attention, with or without a causal mask. */
  private static void endAnchored(BackendReplay replay) {
    GoldenFile file = replay.file();
    AttentionSpec spec = spec(file, new UpdateRule.Additive());
    float[] weights = endAnchoredWeights(file);
    Differentiated found =
        Differentiated.of(
            replay.context(),
            inputs(file),
            List.of(swap(file.tensor("in.cotangent"))),
            (ops, in) -> {
              int batch = in.get(2).shape().dim(0);
              int count = in.get(2).shape().dim(1);
              Variable weighted =
                  ops.multiply(in.get(2), ops.constant(weights, batch, count, 1, 1));
              return List.of(ops.attention(spec, in.get(0), in.get(1), weighted, lengths(file)));
            });
    outAndGradients(replay, found);
  }

  private static float[] endAnchoredWeights(GoldenFile file) {
    Momentum momentum = new Momentum(file.number("beta"), file.number("gamma"));
    Array keys = file.tensor("in.k");
    int batch = keys.extent(0);
    int count = keys.extent(2);
    int @Nullable [] lengths = frozen(file) ? lengths(file) : null;
    float[] weights = new float[batch * count];
    for (int b = 0; b < batch; b++) {
      int end = lengths == null ? count : lengths[b];
      for (int j = 0; j < end; j++) {
        weights[b * count + j] = (float) (momentum.gamma() * momentum.geometricSum(end - j));
      }
    }
    return weights;
  }

  /** Causal attention whose final state the file holds too. */
  private static void carried(BackendReplay replay) {
    GoldenFile file = replay.file();
    AttentionSpec spec = spec(file, rule(file));
    List<Array> inputs = new ArrayList<>(inputs(file));
    boolean initial = file.hasTensor("in.s0");
    if (initial) {
      inputs.addAll(List.of(file.tensor("in.s0"), file.tensor("in.m0"), file.tensor("in.z0")));
    }
    boolean hasMomentum = spec.rule() instanceof UpdateRule.Momentum;
    List<Array> cotangents = new ArrayList<>(List.of(swap(file.tensor("in.cotangent"))));
    for (String part : hasMomentum ? List.of("s", "z", "m") : List.of("s", "z")) {
      String tensor = "in.cotangent." + part;
      String shaped = part.equals("z") ? "out.z" : "out.s";
      cotangents.add(
          file.hasTensor(tensor) ? file.tensor(tensor) : Array.zerosLike(file.tensor(shaped)));
    }
    Differentiated found =
        Differentiated.of(
            replay.context(), inputs, cotangents, (ops, in) -> attend(ops, spec, file, in));
    replay.compareHeads("out.y", found.result());
    gradients(replay, found);
    replay.compare("out.s", found.results().get(1));
    replay.compare("out.z", found.results().get(2));
    if (file.hasTensor("out.m")) {
      replay.compare("out.m", found.results().get(3));
    } else if (file.hasTensor("out.p")) {
      replay.compare("out.p", times(found.results().get(3), file.number("gamma")));
    }
    if (initial) {
      replay.compare("grad.s0", found.gradients().get(3));
      replay.compare("grad.m0", found.gradients().get(4));
      replay.compare("grad.z0", found.gradients().get(5));
    }
    if (file.hasTensor("out.s_mid")) {
      middle(replay, spec);
    }
  }

  /** The state after some of the tokens. */
  private static void middle(BackendReplay replay, AttentionSpec spec) {
    GoldenFile file = replay.file();
    int tokens = (int) file.number("mid_step");
    Ops ops = Ops.inference(replay.context().engine(), replay.context().scope());
    List<Variable> in =
        inputs(file).stream()
            .map(x -> x.slice(1, 0, tokens))
            .map(x -> ops.constant(Samples.floats(x), x.shape()))
            .toList();
    CarriedState state = ops.attend(spec, in.get(0), in.get(1), in.get(2), null, null).state();
    replay.compare("out.s_mid", ops.toFloats(state.memory()));
    replay.compare("out.z_mid", ops.toFloats(Objects.requireNonNull(state.keySum(), "no key sum")));
  }

  private static List<Variable> attend(
      Ops ops, AttentionSpec spec, GoldenFile file, List<Variable> in) {
    @Nullable CarriedState initial =
        in.size() > 3 ? new CarriedState(in.get(3), in.get(4), in.get(5)) : null;
    Attended attended = ops.attend(spec, in.get(0), in.get(1), in.get(2), lengths(file), initial);
    CarriedState last = attended.state();
    List<Variable> results =
        new ArrayList<>(
            List.of(
                attended.out(),
                last.memory(),
                Objects.requireNonNull(last.keySum(), "no key sum")));
    if (last.momentum() != null) {
      results.add(last.momentum());
    }
    return results;
  }

  private static UpdateRule rule(GoldenFile file) {
    return file.hasParameter("beta")
        ? new UpdateRule.Momentum(file.number("beta"), file.number("gamma"))
        : new UpdateRule.Additive();
  }

  private static AttentionSpec spec(GoldenFile file, UpdateRule rule) {
    return new AttentionSpec(
        FeatureMap.ELU_PLUS_ONE,
        new Normaliser.KeySum(file.number("eps")),
        rule,
        file.flag("causal"),
        frozen(file) ? Padding.FREEZE : Padding.DECAY,
        new Schedule.Automatic());
  }

  private static boolean frozen(GoldenFile file) {
    return file.hasParameter("padding_convention")
        && file.option("padding_convention").equals("freeze");
  }

  private static int @Nullable [] lengths(GoldenFile file) {
    return file.hasTensor("in.lengths") ? file.integers("in.lengths") : null;
  }

  private static List<Array> inputs(GoldenFile file) {
    return List.of(swap(file.tensor("in.q")), swap(file.tensor("in.k")), swap(file.tensor("in.v")));
  }

  private static void outAndGradients(BackendReplay replay, Differentiated found) {
    replay.compareHeads("out.y", found.result());
    gradients(replay, found);
  }

  private static void gradients(BackendReplay replay, Differentiated found) {
    replay.compareHeads("grad.q", found.gradients().get(0));
    replay.compareHeads("grad.k", found.gradients().get(1));
    replay.compareHeads("grad.v", found.gradients().get(2));
  }

  private static float[] times(float[] values, double factor) {
    float[] scaled = new float[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (values[i] * factor);
    }
    return scaled;
  }

  /** Between [B, H, N, D] of the files and [B, N, H, D]; its own inverse. */
  private static Array swap(Array x) {
    return x.transpose(0, 2, 1, 3);
  }
}
