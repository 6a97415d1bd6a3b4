package org.polyak.conformance.theorems;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.ops.Attended;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.UpdateRule;

/** Generation: a state carried from call to call gives what one call over all tokens gives. */
public final class StreamingCases {
  private static final int TOKENS = 45;

  /** Channels of keys and of values for which backends may have kernels of their own. */
  private static final int[][] WIDE = {{32, 32}, {64, 16}};

  private StreamingCases() {}

  /** The families. */
  public static List<Family> families() {
    Family family =
        new Family(
            "ID-STREAM",
            Chapter.THEOREMS,
            new Definition(
                "step by step with a carried state = all tokens at once",
                "Momentum Transformer, eq. 8 and 12"));
    for (UpdateRule rule :
        List.of(
            new UpdateRule.Additive(),
            new UpdateRule.Momentum(0.6f, 0.9),
            new UpdateRule.Momentum(1 - 1e-6f, 0.9))) {
      for (Schedule schedule : AttentionFixture.SCHEDULES) {
        AttentionSpec spec = AttentionFixture.spec(rule, schedule);
        String how = ", %s, %s".formatted(rule, schedule);
        family.add(
            "token by token in place" + how,
            (c, s) -> steps(c, spec, AttentionFixture.draw(c, s, TOKENS)));
        family.add("in uneven pieces" + how, (c, s) -> pieces(c, s, spec));
        family.add("the kernel alone, state in place" + how, (c, s) -> inPlace(c, s, spec));
      }
    }
    for (UpdateRule rule : List.of(new UpdateRule.Additive(), new UpdateRule.Momentum(0.6f, 0.9))) {
      AttentionSpec spec = AttentionFixture.spec(rule);
      for (int[] dims : WIDE) {
        family.add(
            "token by token in place, heads of %d and %d channels, %s"
                .formatted(dims[0], dims[1], rule),
            (c, s) -> steps(c, spec, AttentionFixture.draw(c, s, TOKENS, dims[0], dims[1])));
      }
    }
    return List.of(family);
  }

  private static void steps(CaseContext c, AttentionSpec spec, AttentionFixture f) {
    Array want = Samples.array(f.attend(spec), f.outShape());
    Ops keep = Ops.inference(c.engine(), c.scope());
    CarriedState state =
        keep.initialState(
            spec, want.extent(0), want.extent(2), f.inputs().keyDim(), want.extent(3));
    long live = -1;
    for (int t = 0; t < TOKENS; t++) {
      AttentionFixture token = f.tokens(t, t + 1);
      try (Scope brief = c.scope().child("step")) {
        Ops ops = keep.in(brief);
        float[] out =
            ops.toFloats(
                ops.advance(
                    spec,
                    f.constant(ops, token.inputs().queries()),
                    f.constant(ops, token.inputs().keys()),
                    f.constant(ops, token.inputs().values()),
                    state));
        Array magnitude = f.magnitude(spec.rule()).slice(1, t, t + 1);
        c.expect("token " + t, out, f.same(want.slice(1, t, t + 1), magnitude));
      }
      long now = c.scope().stats().liveBytes();
      c.check(live < 0 || now == live, "memory grew from %d to %d bytes".formatted(live, now));
      live = now;
    }
  }

  private static void pieces(CaseContext c, Samples s, AttentionSpec spec) {
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    Array want = Samples.array(f.attend(spec), f.outShape());
    Ops ops = Ops.inference(c.engine(), c.scope());
    @Nullable CarriedState state = null;
    int start = 0;
    for (int length : new int[] {5, 1, 17, 2, 20}) {
      AttentionFixture piece = f.tokens(start, start + length);
      Attended attended =
          ops.attend(
              spec,
              f.constant(ops, piece.inputs().queries()),
              f.constant(ops, piece.inputs().keys()),
              f.constant(ops, piece.inputs().values()),
              null,
              state);
      state = attended.state();
      Array magnitude = f.magnitude(spec.rule()).slice(1, start, start + length);
      c.expect(
          "tokens from " + start,
          ops.toFloats(attended.out()),
          f.same(want.slice(1, start, start + length), magnitude));
      start += length;
    }
  }

  /** Where the backend has no kernel, {@code nn} alone is tried, by the other cases. */
  private static void inPlace(CaseContext c, Samples s, AttentionSpec spec) {
    @Nullable AttentionKernel kernel = c.kernel(c.backend().fused().attention(spec));
    if (kernel == null) {
      pieces(c, s, spec);
      return;
    }
    AttentionFixture f = AttentionFixture.draw(c, s, TOKENS);
    Array want = Samples.array(f.attend(spec), f.outShape());
    int batch = want.extent(0);
    int heads = want.extent(2);
    int keys = f.inputs().keyDim();
    int values = want.extent(3);
    AttentionState state =
        new AttentionState(
            zeros(c, "memory", batch, heads, keys, values),
            spec.rule() instanceof UpdateRule.Momentum
                ? zeros(c, "momentum", batch, heads, keys, values)
                : null,
            zeros(c, "key sum", batch, heads, keys));
    int start = 0;
    for (int length : new int[] {1, 1, 20, 1, 22}) {
      org.polyak.conformance.oracle.AttentionInputs piece =
          f.tokens(start, start + length).inputs();
      Tensor out = c.memory().output("out", Placement.OFFSET, batch, length, heads, values);
      AttentionInputs in =
          new AttentionInputs(
              tokens(c, "queries", piece.queries()),
              tokens(c, "keys", piece.keys()),
              tokens(c, "values", piece.values()),
              null);
      kernel.forward(in, state, out, state, null);
      Array magnitude = f.magnitude(spec.rule()).slice(1, start, start + length);
      c.expect(
          "tokens from " + start,
          c.memory().floats(out),
          f.same(want.slice(1, start, start + length), magnitude));
      start += length;
    }
  }

  private static Tensor zeros(CaseContext c, String name, int... dims) {
    float[] zeros = new float[Array.zeros(dims).size()];
    return c.memory().update(name, zeros, Placement.OFFSET, dims);
  }

  private static Tensor tokens(CaseContext c, String name, Array array) {
    return c.memory().input(name, Samples.floats(array), Placement.TOKENS, array.shape());
  }
}
