package org.polyak.conformance.golden;

import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.LinearAttention;
import org.polyak.conformance.oracle.LinearKernel;
import org.polyak.conformance.oracle.Momentum;
import org.polyak.conformance.oracle.MomentumAttention;
import org.polyak.conformance.oracle.MomentumRecurrence;
import org.polyak.conformance.oracle.MomentumWeights.Anchor;
import org.polyak.conformance.oracle.Padding;
import org.polyak.conformance.oracle.QkvGradients;
import org.polyak.conformance.oracle.SoftmaxAttention;
import org.polyak.conformance.oracle.Visibility;

/** Groups 01 to 03: attention. */
final class OracleAttention {
  private OracleAttention() {}

  static void softmax(GoldenFile file, OracleReplay replay) {
    AttentionInputs inputs = inputs(file);
    double scale = file.number("scale");
    replay.tensor("out.y", swap(SoftmaxAttention.forward(inputs, scale)));
    gradients(replay, SoftmaxAttention.backward(inputs, scale, cotangent(file)));
  }

  static void linear(GoldenFile file, OracleReplay replay) {
    AttentionInputs inputs = inputs(file);
    LinearKernel kernel = LinearKernel.normalised(file.number("eps"));
    replay.tensor("out.y", swap(LinearAttention.forward(inputs, kernel)));
    gradients(replay, LinearAttention.backward(inputs, kernel, cotangent(file)));
    if (inputs.visibility().isCausal()) {
      LinearAttention.State zero = LinearAttention.State.zero(inputs);
      LinearAttention.Run run = LinearAttention.recurrent(inputs, kernel, zero);
      replay.tensor("out.y", swap(run.out()));
      gradients(
          replay,
          LinearAttention.recurrentBackward(inputs, kernel, zero, cotangent(file), zero).inputs());
      if (file.hasTensor("out.s")) {
        replay.tensor("out.s", run.state().s());
        replay.tensor("out.z", run.state().z());
      }
      if (file.hasTensor("out.s_mid")) {
        int middle = (int) file.number("mid_step");
        AttentionInputs prefix =
            new AttentionInputs(
                inputs.queries().slice(1, 0, middle),
                inputs.keys().slice(1, 0, middle),
                inputs.values().slice(1, 0, middle),
                inputs.visibility());
        LinearAttention.State state = LinearAttention.recurrent(prefix, kernel, zero).state();
        replay.tensor("out.s_mid", state.s());
        replay.tensor("out.z_mid", state.z());
      }
    }
  }

  static void momentum(GoldenFile file, OracleReplay replay) {
    AttentionInputs inputs = inputs(file);
    LinearKernel kernel = LinearKernel.normalised(file.number("eps"));
    Momentum momentum = new Momentum(file.number("beta"), file.number("gamma"));
    boolean freeze =
        file.hasParameter("padding_convention")
            && file.option("padding_convention").equals("freeze");
    if (file.operation().equals("momentum_attention_authors_parallel")) {
      Anchor anchor = Anchor.PADDED_LENGTH;
      replay.tensor("out.y", swap(MomentumAttention.released(inputs, kernel, momentum, anchor)));
      gradients(
          replay,
          MomentumAttention.releasedBackward(inputs, kernel, momentum, anchor, cotangent(file)));
    } else if (inputs.visibility().isCausal()) {
      causalMomentum(file, replay, momentum, freeze ? Padding.FREEZE : Padding.DECAY);
    } else {
      Anchor anchor = freeze ? Anchor.TRUE_LENGTH : Anchor.PADDED_LENGTH;
      replay.tensor("out.y", swap(MomentumAttention.nonCausal(inputs, kernel, momentum, anchor)));
      gradients(
          replay,
          MomentumAttention.nonCausalBackward(inputs, kernel, momentum, anchor, cotangent(file)));
    }
  }

  private static void causalMomentum(
      GoldenFile file, OracleReplay replay, Momentum momentum, Padding padding) {
    AttentionInputs inputs = inputs(file);
    LinearKernel kernel = LinearKernel.normalised(file.number("eps"));
    MomentumRecurrence.State initial = state(file, inputs, "in.", "0");
    MomentumRecurrence.Run run =
        MomentumRecurrence.forward(inputs, kernel, momentum, padding, initial);
    MomentumRecurrence.Run chunks =
        MomentumAttention.chunkwise(inputs, kernel, momentum, padding, initial, 16);
    replay.tensor("out.y", swap(run.out()));
    replay.tensor("out.y", swap(chunks.out()));
    states(file, replay, run.state(), momentum);
    states(file, replay, chunks.state(), momentum);
    MomentumRecurrence.Gradients gradients =
        MomentumRecurrence.backward(
            inputs,
            kernel,
            momentum,
            padding,
            initial,
            cotangent(file),
            state(file, inputs, "in.cotangent.", ""));
    gradients(replay, gradients.inputs());
    if (file.hasTensor("grad.m0")) {
      replay.tensor("grad.m0", gradients.initial().m());
      replay.tensor("grad.s0", gradients.initial().s());
      replay.tensor("grad.z0", gradients.initial().z());
    } else {
      replay.tensor("out.y", swap(MomentumAttention.unrolled(inputs, kernel, momentum, padding)));
      gradients(
          replay,
          MomentumAttention.unrolledBackward(inputs, kernel, momentum, padding, cotangent(file)));
    }
  }

  private static void states(
      GoldenFile file, OracleReplay replay, MomentumRecurrence.State state, Momentum momentum) {
    if (file.hasTensor("out.p")) {
      replay.tensor("out.p", state.m().times(momentum.gamma()));
    } else {
      replay.tensor("out.m", state.m());
    }
    replay.tensor("out.s", state.s());
    replay.tensor("out.z", state.z());
  }

  private static MomentumRecurrence.State state(
      GoldenFile file, AttentionInputs inputs, String prefix, String suffix) {
    return file.hasTensor(prefix + "m" + suffix)
        ? new MomentumRecurrence.State(
            file.tensor(prefix + "m" + suffix),
            file.tensor(prefix + "s" + suffix),
            file.tensor(prefix + "z" + suffix))
        : MomentumRecurrence.State.zero(inputs);
  }

  private static AttentionInputs inputs(GoldenFile file) {
    Visibility visibility = file.flag("causal") ? Visibility.causal() : Visibility.full();
    if (file.hasTensor("in.lengths")) {
      visibility = visibility.withKeyLengths(file.integers("in.lengths"));
    }
    return new AttentionInputs(
        swap(file.tensor("in.q")),
        swap(file.tensor("in.k")),
        swap(file.tensor("in.v")),
        visibility);
  }

  private static Array cotangent(GoldenFile file) {
    return swap(file.tensor("in.cotangent"));
  }

  private static void gradients(OracleReplay replay, QkvGradients gradients) {
    replay.tensor("grad.q", swap(gradients.queries()));
    replay.tensor("grad.k", swap(gradients.keys()));
    replay.tensor("grad.v", swap(gradients.values()));
  }

  /** Between [B, H, N, D] of the files and [B, N, H, D] of the oracle; its own inverse. */
  private static Array swap(Array x) {
    return x.transpose(0, 2, 1, 3);
  }
}
