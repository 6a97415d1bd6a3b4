package org.polyak.conformance.attention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Differentiated;
import org.polyak.conformance.Samples;
import org.polyak.conformance.attention.AttentionExpectation.StateExpectation;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.AttentionInputs;
import org.polyak.conformance.oracle.MomentumRecurrence.State;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.ops.Attended;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.UpdateRule;

/** One call of attention of the linear family, with or without carried states. */
final class FamilyRun {
  private final CaseContext c;
  private final AttentionSpec spec;
  private final AttentionInputs inputs;
  private final int @Nullable [] lengths;
  private final @Nullable State initial;
  private final Array outGradient;
  private final State lastGradient;
  private final AttentionExpectation wanted;
  private final boolean hasMomentum;
  private final boolean hasKeySum;

  /** What a call is given and asked for besides queries, keys and values. */
  enum States {
    /** No state. */
    NONE,
    /** An initial and a last state, both part of what is differentiated. */
    DIFFERENTIATED,
    /** An initial state that is data: it gets no gradient, and none comes from the last one. */
    GIVEN
  }

  private FamilyRun(
      CaseContext c, Samples s, AttentionSpec spec, AttentionTrial trial, States states) {
    this.c = c;
    this.spec = spec;
    hasMomentum = spec.rule() instanceof UpdateRule.Momentum;
    hasKeySum = spec.normaliser() instanceof Normaliser.KeySum;
    inputs = trial.draw(s, spec.causal());
    lengths = trial.lengths();
    State zero = State.zero(inputs);
    outGradient =
        AttentionTrial.draw(
            s, 1, 0, trial.batch(), trial.queryCount(), trial.heads(), trial.valueDim());
    initial = states == States.NONE ? null : draw(s, zero);
    lastGradient = states == States.DIFFERENTIATED ? drawGradient(s, zero) : zero;
    wanted =
        AttentionExpectation.of(
            spec, inputs, initial == null ? zero : initial, outGradient, lastGradient);
  }

  /** Runs a trial through {@code nn} and, if offered, by the kernel alone. */
  static void run(
      CaseContext c, Samples s, AttentionSpec spec, AttentionTrial trial, States states) {
    FamilyRun run = new FamilyRun(c, s, spec, trial, states);
    if (states == States.GIVEN) {
      run.fromGivenState();
      return;
    }
    run.throughNn();
    @Nullable AttentionKernel kernel = c.kernel(c.backend().fused().attention(spec));
    if (kernel != null) {
      run.inGuardedMemory(kernel);
    }
  }

  /** As where training goes on from a state that earlier steps have left. */
  private void fromGivenState() {
    State given = Objects.requireNonNull(initial, "no state");
    Differentiated found =
        Differentiated.of(
            c,
            List.of(inputs.queries(), inputs.keys(), inputs.values()),
            List.of(outGradient),
            (ops, in) -> {
              CarriedState carried =
                  new CarriedState(
                      constant(ops, given.s()),
                      hasMomentum ? constant(ops, given.m()) : null,
                      hasKeySum ? constant(ops, given.z()) : null);
              return List.of(
                  ops.attend(spec, in.get(0), in.get(1), in.get(2), lengths, carried).out());
            });
    c.expect("out", found.result(), wanted.out());
    c.expect("gradient of queries", found.gradients().get(0), wanted.queries());
    c.expect("gradient of keys", found.gradients().get(1), wanted.keys());
    c.expect("gradient of values", found.gradients().get(2), wanted.values());
  }

  private static Variable constant(Ops ops, Array array) {
    return ops.constant(Samples.floats(array), array.shape());
  }

  private void throughNn() {
    List<Array> arguments =
        new ArrayList<>(List.of(inputs.queries(), inputs.keys(), inputs.values()));
    List<Array> cotangents = new ArrayList<>(List.of(outGradient));
    if (initial != null) {
      arguments.addAll(parts(initial));
      cotangents.addAll(parts(lastGradient));
    }
    Differentiated found = Differentiated.of(c, arguments, cotangents, this::apply);
    c.expect("out", found.result(), wanted.out());
    c.expect("gradient of queries", found.gradients().get(0), wanted.queries());
    c.expect("gradient of keys", found.gradients().get(1), wanted.keys());
    c.expect("gradient of values", found.gradients().get(2), wanted.values());
    if (initial != null) {
      compare("last ", wanted.last(), found.results().subList(1, found.results().size()));
      compare(
          "gradient of initial ",
          wanted.initial(),
          found.gradients().subList(3, found.gradients().size()));
    }
  }

  private List<Variable> apply(Ops ops, List<Variable> in) {
    if (initial == null) {
      return List.of(ops.attention(spec, in.get(0), in.get(1), in.get(2), lengths));
    }
    CarriedState carried =
        new CarriedState(
            in.get(3), hasMomentum ? in.get(4) : null, hasKeySum ? in.getLast() : null);
    Attended attended = ops.attend(spec, in.get(0), in.get(1), in.get(2), lengths, carried);
    List<Variable> results = new ArrayList<>(List.of(attended.out(), attended.state().memory()));
    if (hasMomentum) {
      results.add(Objects.requireNonNull(attended.state().momentum(), "no momentum"));
    }
    if (hasKeySum) {
      results.add(Objects.requireNonNull(attended.state().keySum(), "no key sum"));
    }
    return results;
  }

  private void inGuardedMemory(AttentionKernel kernel) {
    org.polyak.spi.fused.AttentionInputs in =
        new org.polyak.spi.fused.AttentionInputs(
            tokens("queries", inputs.queries()),
            tokens("keys", inputs.keys()),
            tokens("values", inputs.values()),
            lengths == null
                ? null
                : c.memory().integers("key lengths", lengths, Placement.OFFSET, lengths.length));
    @Nullable AttentionState first = initial == null ? null : stateOf("initial ", initial);
    @Nullable AttentionState last = initial == null ? null : stateTargets("last ");
    Tensor unsaved = target("out without saving", outGradient);
    kernel.forward(in, first, unsaved, null, null);
    c.expect("fused out without saving", c.memory().floats(unsaved), wanted.out());
    Tensor out = target("out", outGradient);
    int[] savedDims = kernel.savedShape(in).dims();
    Tensor saved = scratch("saved", savedDims);
    kernel.forward(in, first, out, last, saved);
    c.expect("fused out", c.memory().floats(out), wanted.out());
    compareState("fused last ", wanted.last(), last);
    Tensor dOut =
        c.memory()
            .input(
                "out gradient", Samples.floats(outGradient), Placement.OFFSET, outGradient.shape());
    AttentionGradients gradients =
        new AttentionGradients(
            tokenTarget("gradient of queries", inputs.queries()),
            tokenTarget("gradient of keys", inputs.keys()),
            tokenTarget("gradient of values", inputs.values()),
            initial == null ? null : stateTargets("gradient of initial "));
    @Nullable AttentionState dLast =
        initial == null ? null : stateOf("gradient of last ", lastGradient);
    kernel.backward(in, first, out, saved, dOut, dLast, gradients);
    c.expect("fused gradient of queries", floats(gradients.queries()), wanted.queries());
    c.expect("fused gradient of keys", floats(gradients.keys()), wanted.keys());
    c.expect("fused gradient of values", floats(gradients.values()), wanted.values());
    compareState("fused gradient of initial ", wanted.initial(), gradients.initial());
  }

  private void compare(String prefix, @Nullable StateExpectation state, List<float[]> found) {
    if (state == null) {
      return;
    }
    c.expect(prefix + "memory", found.getFirst(), state.memory());
    if (hasMomentum) {
      c.expect(prefix + "momentum", found.get(1), state.momentum());
    }
    if (hasKeySum) {
      c.expect(prefix + "key sum", found.getLast(), state.keySum());
    }
  }

  private void compareState(
      String prefix, @Nullable StateExpectation state, @Nullable AttentionState found) {
    if (found != null) {
      List<float[]> parts = new ArrayList<>(List.of(floats(found.memory())));
      if (found.momentum() != null) {
        parts.add(floats(found.momentum()));
      }
      if (found.keySum() != null) {
        parts.add(floats(found.keySum()));
      }
      compare(prefix, state, parts);
    }
  }

  /** The parts that this specification carries. */
  private List<Array> parts(State state) {
    List<Array> parts = new ArrayList<>(List.of(state.s()));
    if (hasMomentum) {
      parts.add(state.m());
    }
    if (hasKeySum) {
      parts.add(state.z());
    }
    return parts;
  }

  private State draw(Samples s, State zero) {
    return new State(
        hasMomentum ? AttentionTrial.draw(s, 1, 0, zero.m().shape()) : zero.m(),
        AttentionTrial.draw(s, 1, 0, zero.s().shape()),
        hasKeySum ? AttentionTrial.draw(s, 1, 0, zero.z().shape()).abs() : zero.z());
  }

  private State drawGradient(Samples s, State zero) {
    return new State(
        hasMomentum ? AttentionTrial.draw(s, 1, 0, zero.m().shape()) : zero.m(),
        AttentionTrial.draw(s, 1, 0, zero.s().shape()),
        hasKeySum ? AttentionTrial.draw(s, 1, 0, zero.z().shape()) : zero.z());
  }

  private AttentionState stateOf(String prefix, State state) {
    return new AttentionState(
        given(prefix + "memory", state.s()),
        hasMomentum ? given(prefix + "momentum", state.m()) : null,
        hasKeySum ? given(prefix + "key sum", state.z()) : null);
  }

  private AttentionState stateTargets(String prefix) {
    State like = State.zero(inputs);
    return new AttentionState(
        target(prefix + "memory", like.s()),
        hasMomentum ? target(prefix + "momentum", like.m()) : null,
        hasKeySum ? target(prefix + "key sum", like.z()) : null);
  }

  private Tensor tokens(String name, Array array) {
    return c.memory().input(name, Samples.floats(array), Placement.TOKENS, array.shape());
  }

  private Tensor given(String name, Array array) {
    return c.memory().input(name, Samples.floats(array), Placement.OFFSET, array.shape());
  }

  private Tensor target(String name, Array like) {
    return c.memory().output(name, Placement.OFFSET, like.shape());
  }

  private Tensor tokenTarget(String name, Array like) {
    return c.memory().output(name, Placement.TOKENS, like.shape());
  }

  /** May be written in part; starts as NaN. */
  private Tensor scratch(String name, int... dims) {
    float[] nan = new float[Math.toIntExact(Shape.of(dims).size())];
    Arrays.fill(nan, Float.NaN);
    return c.memory().update(name, nan, Placement.OFFSET, dims);
  }

  private float[] floats(Tensor tensor) {
    return c.memory().floats(tensor);
  }
}
