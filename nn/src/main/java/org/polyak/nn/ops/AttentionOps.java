package org.polyak.nn.ops;

import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.DType;
import org.polyak.spi.Kernels;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.SoftmaxAttentionKernel;
import org.polyak.spi.fused.UpdateRule;

/** Validates attention, and takes the backend's kernel or the composition from verbs. */
final class AttentionOps {
  private AttentionOps() {}

  static Variable attention(
      Ops ops,
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths) {
    validate("attention", queries, keys, values, keyLengths, spec.causal());
    AttentionKernel kernel = kernel(ops, spec);
    return kernel != null
        ? fused(ops, kernel, queries, keys, values, keyLengths, null, null)
        : CompositeAttention.attend(ops, spec, queries, keys, values, keyLengths, null).out();
  }

  static Attended attend(
      Ops ops,
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      @Nullable CarriedState initial) {
    validate("attend", queries, keys, values, keyLengths, true);
    AttentionKernel kernel = kernel(ops, spec);
    if (kernel == null) {
      return CompositeAttention.attend(ops, spec, queries, keys, values, keyLengths, initial);
    }
    boolean gradient =
        ops.recording()
            && (queries.requiresGradient()
                || keys.requiresGradient()
                || values.requiresGradient()
                || (initial != null && initial.requiresGradient()));
    CarriedState last = emptyState(ops, spec, queries.shape(), values.shape(), gradient);
    Variable out = fused(ops, kernel, queries, keys, values, keyLengths, initial, last);
    return new Attended(out, last);
  }

  static Variable advance(
      Ops ops,
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      CarriedState state) {
    validate("advance", queries, keys, values, null, true);
    AttentionKernel kernel = kernel(ops, spec);
    if (kernel != null) {
      return fused(ops, kernel, queries, keys, values, null, state, state);
    }
    Attended attended = CompositeAttention.attend(ops, spec, queries, keys, values, null, state);
    overwrite(ops.kernels(), attended.state().tensors(), state.tensors());
    return attended.out();
  }

  static Variable softmax(
      Ops ops,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      boolean causal,
      double scale) {
    validate("softmaxAttention", queries, keys, values, keyLengths, causal);
    SoftmaxAttentionKernel kernel =
        ops.engine().fused("softmax attention", FusedKernels::softmaxAttention);
    if (kernel == null) {
      return CompositeAttention.softmax(ops, queries, keys, values, keyLengths, causal, scale);
    }
    Variable q = headMajor(ops, queries);
    Variable k = headMajor(ops, keys);
    Variable v = headMajor(ops, values);
    AttentionInputs inputs = inputs(ops, q, k, v, keyLengths);
    Variable out = ops.result(ops.allocate(outShape(ops, inputs)), q, k, v);
    Tensor logSumExp = ops.allocate(ops.shape(inputs.batch(), inputs.queryCount(), inputs.heads()));
    kernel.forward(inputs, causal, scale, out.tensor(), logSumExp);
    return ops.record(
        new Step.SoftmaxAttention(kernel, inputs, q, k, v, causal, scale, logSumExp, out));
  }

  private static @Nullable AttentionKernel kernel(Ops ops, AttentionSpec spec) {
    String name =
        switch (spec.rule()) {
          case UpdateRule.Additive additive ->
              spec.causal() ? "causal linear attention" : "linear attention";
          case UpdateRule.Momentum momentum -> "causal momentum attention";
        };
    return ops.engine().fused(name, spec, fused -> fused.attention(spec));
  }

  private static Variable fused(
      Ops ops,
      AttentionKernel kernel,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      @Nullable CarriedState initial,
      @Nullable CarriedState last) {
    Variable q = headMajor(ops, queries);
    Variable k = headMajor(ops, keys);
    Variable v = headMajor(ops, values);
    AttentionInputs inputs = inputs(ops, q, k, v, keyLengths);
    boolean stateGradient = ops.recording() && initial != null && initial.requiresGradient();
    Tensor outTensor = ops.allocate(outShape(ops, inputs));
    Variable out =
        Variable.of(outTensor, stateGradient || ops.result(outTensor, q, k, v).requiresGradient());
    Tensor saved = out.requiresGradient() ? ops.allocate(kernel.savedShape(inputs)) : null;
    kernel.forward(
        inputs,
        initial == null ? null : initial.tensors(),
        outTensor,
        last == null ? null : last.tensors(),
        saved);
    return saved == null
        ? out
        : ops.record(new Step.Attention(kernel, inputs, q, k, v, initial, saved, last, out));
  }

  private static CarriedState emptyState(
      Ops ops, AttentionSpec spec, Shape queries, Shape values, boolean gradient) {
    Shape vector = Shape.of(queries.dim(0), queries.dim(2), queries.dim(3));
    Shape matrix = Shape.of(queries.dim(0), queries.dim(2), queries.dim(3), values.dim(3));
    return new CarriedState(
        Variable.of(ops.allocate(matrix), gradient),
        spec.rule() instanceof UpdateRule.Momentum
            ? Variable.of(ops.allocate(matrix), gradient)
            : null,
        spec.normaliser() instanceof Normaliser.KeySum
            ? Variable.of(ops.allocate(vector), gradient)
            : null);
  }

  private static void overwrite(Kernels kernels, AttentionState from, AttentionState to) {
    kernels.copy(from.memory(), to.memory());
    if (from.momentum() != null && to.momentum() != null) {
      kernels.copy(from.momentum(), to.momentum());
    }
    if (from.keySum() != null && to.keySum() != null) {
      kernels.copy(from.keySum(), to.keySum());
    }
  }

  private static AttentionInputs inputs(
      Ops ops, Variable q, Variable k, Variable v, int @Nullable [] keyLengths) {
    Tensor lengths =
        keyLengths == null ? null : ops.indices(keyLengths, keyLengths.length).tensor();
    return new AttentionInputs(q.tensor(), k.tensor(), v.tensor(), lengths);
  }

  private static Shape outShape(Ops ops, AttentionInputs in) {
    return ops.shape(in.batch(), in.queryCount(), in.heads(), in.valueDim());
  }

  /** Fused kernels need the heads and channels of a token to lie together. */
  private static Variable headMajor(Ops ops, Variable x) {
    return x.tensor().layout().isContiguousFrom(2) ? x : ops.copy(x);
  }

  private static void validate(
      String operation,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      boolean causal) {
    Shape q = queries.shape();
    Shape k = keys.shape();
    Shape v = values.shape();
    boolean fit =
        queries.dtype() == DType.F32
            && keys.dtype() == DType.F32
            && values.dtype() == DType.F32
            && q.rank() == 4
            && k.rank() == 4
            && v.rank() == 4
            && q.dim(0) == k.dim(0)
            && k.dim(0) == v.dim(0)
            && k.dim(1) == v.dim(1)
            && k.dim(2) == v.dim(2)
            && q.dim(2) == k.dim(2)
            && q.dim(3) == k.dim(3)
            && (!causal || q.dim(1) == k.dim(1));
    if (!fit) {
      throw ArrayOps.refusal(
          operation,
          "needs queries [B, N, H, K], keys [B, S, H, K] and values [B, S, H, V]%s; got %s, %s, %s",
          causal ? " with S = N" : "",
          q,
          k,
          v);
    }
    if (keyLengths != null) {
      ArrayOps.require(
          keyLengths.length == q.dim(0),
          operation,
          "needs one key length for each of %d sequences, not %d",
          q.dim(0),
          keyLengths.length);
      for (int length : keyLengths) {
        ArrayOps.require(
            length >= 0 && length <= k.dim(1),
            operation,
            "key length %d lies outside [0, %d]",
            length,
            k.dim(1));
      }
    }
  }
}
