package org.polyak.nn.ops;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.polyak.nn.autograd.CarriedState;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Step;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.Activation;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.BiasActivationKernel;
import org.polyak.spi.fused.CrossEntropyKernel;
import org.polyak.spi.fused.DropoutKernel;
import org.polyak.spi.fused.DropoutMask;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.LayerNormKernel;
import org.polyak.spi.fused.LinearKernel;
import org.polyak.spi.fused.LogisticMixtureKernel;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.SoftmaxKernel;
import org.polyak.spi.fused.UpdateRule;

/**
 * All operations of models, bound to a backend, to the scope that owns their results, and, for
 * training, to a tape. Immutable and cheap: make one per scope. What the backend offers runs fused;
 * everything else is composed from verbs on the same device.
 */
public final class Ops extends ArithmeticOps {
  private static final Map<Activation, String> LINEAR = names("linear");
  private static final Map<Activation, String> BIAS_ACTIVATION = names("bias");

  private final @Nullable Tape tape;
  private final @Nullable RandomGenerator dropoutSeeds;

  private Ops(
      Engine engine, Scope scope, @Nullable Tape tape, @Nullable RandomGenerator dropoutSeeds) {
    super(engine, scope, tape);
    this.tape = tape;
    this.dropoutSeeds = dropoutSeeds;
  }

  /** Without a tape; dropout is the identity. */
  public static Ops inference(Engine engine, Scope scope) {
    return new Ops(engine, scope, null, null);
  }

  /** With a tape; dropout is the identity. */
  public static Ops recording(Engine engine, Scope scope, Tape tape) {
    return new Ops(engine, scope, tape, null);
  }

  /** With a tape, and with dropout whose seeds come from a generator. */
  public static Ops training(Engine engine, Scope scope, Tape tape, RandomGenerator dropoutSeeds) {
    return new Ops(engine, scope, tape, dropoutSeeds);
  }

  /** The same, with results in another scope. */
  public Ops in(Scope other) {
    return new Ops(engine(), other, tape, dropoutSeeds);
  }

  /**
   * The gradients of a loss with one element, by going back over the tape. They are allocated in
   * this object's scope.
   */
  public Gradients backward(Variable loss) {
    require(loss.shape().size() == 1, "backward", "the loss has shape %s", loss.shape());
    return GradientRules.backward(inference(engine(), scope()), steps(), loss);
  }

  // Layers

  /** {@code x·weightᵀ + bias} over the last axis: x [.., in], weight [out, in], bias [out]. */
  public Variable linear(Variable x, Variable weight, @Nullable Variable bias) {
    return linear(x, weight, bias, Activation.IDENTITY, 0);
  }

  /**
   * {@code dropout(f(x·weightᵀ + bias))} over the last axis: x [.., in], weight [out, in], bias
   * [out].
   *
   * @param dropout rate in [0, 1), as in {@link #dropout}
   */
  public Variable linear(
      Variable x, Variable weight, @Nullable Variable bias, Activation activation, double dropout) {
    requireF32("linear", x);
    if (x.shape().rank() < 1
        || weight.shape().rank() != 2
        || x.shape().dim(-1) != weight.shape().dim(1)) {
      throw refusal(
          "linear", "input %s does not fit weight [out, in] %s", x.shape(), weight.shape());
    }
    int width = weight.shape().dim(0);
    if (bias != null) {
      requireVector("bias", bias, width);
    }
    LinearKernel kernel =
        bias == null
            ? null
            : engine().fused(name(LINEAR, activation), fused -> fused.linear(activation));
    if (bias != null && kernel != null) {
      return linear(kernel, activation, x, weight, bias, dropout);
    }
    Variable product = product(rows(x), weight);
    Variable out =
        bias == null ? activation(activation, product) : biasActivation(activation, product, bias);
    return reshape(dropout(out, dropout), shapes().with(x.shape(), -1, width));
  }

  private Variable linear(
      LinearKernel kernel,
      Activation activation,
      Variable x,
      Variable weight,
      Variable bias,
      double dropout) {
    DropoutMask mask = drawMask(dropout);
    Variable in = contiguous(x);
    Variable dense = contiguous(weight);
    Variable shift = contiguous(bias);
    Variable out =
        result(allocate(shapes().with(x.shape(), -1, weight.shape().dim(0))), in, dense, shift);
    kernel.forward(in.rows(), dense.tensor(), shift.tensor(), mask, out.rows());
    return records(out)
        ? record(new Step.FusedLinear(kernel, activation, mask, in, dense, shift, out))
        : out;
  }

  private Variable product(Variable x, Variable weight) {
    Shape shape = shape(x.shape().dim(0), weight.shape().dim(0));
    Variable out = result(allocate(shape), x, weight);
    kernels().matmul(x.tensor(), weight.tensor().transpose(0, 1), false, out.tensor());
    return record(new Step.Linear(x, weight, out));
  }

  private Variable biasActivation(Activation activation, Variable x, Variable bias) {
    BiasActivationKernel kernel =
        engine()
            .fused(name(BIAS_ACTIVATION, activation), fused -> fused.biasActivation(activation));
    if (kernel == null) {
      return activation(activation, add(x, bias));
    }
    Tensor tensor = activation == Activation.IDENTITY ? x.tensor() : allocate(x.shape());
    Variable out = result(tensor, x, bias);
    kernel.forward(x.tensor(), contiguous(bias).tensor(), tensor);
    return record(new Step.BiasActivation(kernel, x, bias, out));
  }

  /** A point-wise non-linearity. */
  public Variable activation(Activation activation, Variable x) {
    return CompositeLayers.activation(this, activation, x);
  }

  /**
   * Softmax over the last axis: {@code exp(x_i) / Σ_j exp(x_j)}. An element of −∞ gets 0; a row
   * that holds a NaN or ∞, or −∞ alone, becomes NaN.
   *
   * @param x of at least one axis
   * @return of the same shape
   */
  public Variable softmax(Variable x) {
    requireF32("softmax", x);
    require(x.shape().rank() >= 1, "softmax", "needs an axis to sum over, not shape %s", x.shape());
    SoftmaxKernel kernel = engine().fused("softmax", FusedKernels::softmax);
    if (kernel == null) {
      return CompositeLayers.softmax(this, x);
    }
    Variable rows = rows(x);
    Variable out = result(allocate(rows.shape()), rows);
    kernel.forward(rows.tensor(), out.tensor());
    return reshape(record(new Step.Softmax(kernel, rows, out)), x.shape());
  }

  /** Layer normalisation over the last axis: gain and bias [E]. */
  public Variable layerNorm(Variable x, Variable gain, @Nullable Variable bias, double epsilon) {
    requireF32("layerNorm", x);
    int width = x.shape().dim(-1);
    requireVector("layerNorm gain", gain, width);
    if (bias != null) {
      requireVector("layerNorm bias", bias, width);
    }
    if (!(epsilon > 0)) {
      throw refusal("layerNorm", "epsilon must be positive, not %s", epsilon);
    }
    LayerNormKernel kernel = engine().fused("layer norm", FusedKernels::layerNorm);
    if (kernel == null) {
      return CompositeLayers.layerNorm(this, x, gain, bias, epsilon);
    }
    Variable in = contiguous(x);
    Tensor tensor = allocate(x.shape());
    Variable out = bias == null ? result(tensor, in, gain) : result(tensor, in, gain, bias);
    Tensor saved = allocate(shapes().with(x.shape().rows(), 1, 2));
    kernel.forward(
        in.rows(), gain.tensor(), bias == null ? null : bias.tensor(), epsilon, out.rows(), saved);
    return records(out) ? record(new Step.LayerNorm(kernel, in, gain, bias, saved, out)) : out;
  }

  /** Dropout while training with a generator; otherwise the identity. */
  public Variable dropout(Variable x, double rate) {
    DropoutMask mask = drawMask(rate);
    if (!mask.drops()) {
      return x;
    }
    int seed = mask.seed();
    DropoutKernel kernel = engine().fused("dropout", FusedKernels::dropout);
    if (kernel == null) {
      return multiply(x, CompositeLayers.dropoutMask(this, x.shape(), rate, seed));
    }
    Variable in = contiguous(x);
    Variable out = result(allocate(in.shape()), in);
    kernel.apply(in.tensor(), rate, seed, out.tensor());
    return record(new Step.Dropout(kernel, in, rate, seed, out));
  }

  private DropoutMask drawMask(double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw refusal("dropout", "the rate must lie in [0, 1), not %s", rate);
    }
    return dropoutSeeds == null || rate == 0
        ? DropoutMask.NONE
        : new DropoutMask(rate, dropoutSeeds.nextInt());
  }

  // Attention: queries and keys [B, N, H, K], values [B, N, H, V]

  /**
   * Attention of the linear family.
   *
   * @param keyLengths keys at or beyond its sequence's length are padding; null when none is
   * @return {@code [B, N, H, V]}
   */
  public Variable attention(
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths) {
    return AttentionOps.attention(this, spec, queries, keys, values, keyLengths);
  }

  /**
   * Causal attention that carries a state from call to call.
   *
   * @param keyLengths as in {@link #attention}
   * @param initial the state before the first token; null for zeros
   * @return the output and the state after the last token
   */
  public Attended attend(
      AttentionSpec spec,
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      @Nullable CarriedState initial) {
    require(spec.causal(), "attend", "only causal attention carries a state");
    return AttentionOps.attend(this, spec, queries, keys, values, keyLengths, initial);
  }

  /**
   * Causal attention that updates a state in place: generation with constant memory. Records
   * nothing.
   *
   * @return {@code [B, N, H, V]}
   */
  public Variable advance(
      AttentionSpec spec, Variable queries, Variable keys, Variable values, CarriedState state) {
    require(spec.causal() && !recording(), "advance", "is for causal inference only");
    return AttentionOps.advance(this, spec, queries, keys, values, state);
  }

  /** The state before the first token: zeros, in this object's scope. */
  public CarriedState initialState(AttentionSpec spec, int batch, int heads, int keys, int values) {
    return new CarriedState(
        filled(0, batch, heads, keys, values),
        spec.rule() instanceof UpdateRule.Momentum ? filled(0, batch, heads, keys, values) : null,
        spec.normaliser() instanceof Normaliser.KeySum ? filled(0, batch, heads, keys) : null);
  }

  /**
   * Softmax attention: {@code Σ_j softmax_j(scale · q_i·k_j) v_j}. The number of keys may differ
   * from the number of queries unless causal.
   *
   * @param keyLengths keys at or beyond its sequence's length are padding; null when none is
   * @return {@code [B, N, H, V]}
   */
  public Variable softmaxAttention(
      Variable queries,
      Variable keys,
      Variable values,
      int @Nullable [] keyLengths,
      boolean causal,
      double scale) {
    return AttentionOps.softmax(this, queries, keys, values, keyLengths, causal, scale);
  }

  // Losses

  /**
   * Softmax cross-entropy by row, in nats.
   *
   * @param logits {@code [R, C]}
   * @param targets I32 {@code [R]}; a negative one makes its row's loss 0
   * @return {@code [R]}
   */
  public Variable crossEntropy(Variable logits, Variable targets, double labelSmoothing) {
    requireF32("crossEntropy", logits);
    require(
        logits.shape().rank() == 2
            && targets.dtype() == DType.I32
            && targets.shape().equals(Shape.of(logits.shape().dim(0))),
        "crossEntropy",
        "needs logits [R, C] and I32 targets [R], not %s and %s",
        logits,
        targets);
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "crossEntropy",
        "label smoothing must lie in [0, 1), not %s",
        labelSmoothing);
    CrossEntropyKernel kernel = engine().fused("cross-entropy", FusedKernels::softmaxCrossEntropy);
    if (kernel == null) {
      return CompositeLayers.crossEntropy(this, logits, targets, labelSmoothing);
    }
    Variable rows = contiguous(logits);
    Variable out = result(allocate(targets.shape()), rows);
    kernel.forward(rows.tensor(), targets.tensor(), labelSmoothing, out.tensor());
    return record(new Step.CrossEntropy(kernel, rows, targets, labelSmoothing, out));
  }

  /**
   * Negative log-likelihood by row of bytes under a discretised mixture of K logistics, in nats.
   *
   * @param parameters {@code [R, 3K]}: logits, means, log-scales
   * @param targets F32 {@code [R]}: {@code 2·byte/255 − 1}
   * @return {@code [R]}
   */
  public Variable logisticMixture(Variable parameters, Variable targets) {
    requireF32("logisticMixture", parameters);
    requireF32("logisticMixture", targets);
    require(
        parameters.shape().rank() == 2
            && parameters.shape().dim(1) % 3 == 0
            && targets.shape().equals(Shape.of(parameters.shape().dim(0))),
        "logisticMixture",
        "needs parameters [R, 3K] and targets [R], not %s and %s",
        parameters.shape(),
        targets.shape());
    LogisticMixtureKernel kernel =
        engine().fused("mixture of logistics", FusedKernels::logisticMixture);
    if (kernel == null) {
      return CompositeLogisticMixture.losses(this, parameters, targets);
    }
    Variable rows = contiguous(parameters);
    Variable out = result(allocate(targets.shape()), rows);
    kernel.forward(rows.tensor(), targets.tensor(), out.tensor());
    return record(new Step.LogisticMixture(kernel, rows, targets, out));
  }

  // Common ground

  /** The names of an operation that ends with an activation. */
  private static Map<Activation, String> names(String operation) {
    Map<Activation, String> names = new EnumMap<>(Activation.class);
    for (Activation activation : Activation.values()) {
      names.put(activation, operation + " + " + activation.name().toLowerCase(Locale.ROOT));
    }
    return Collections.unmodifiableMap(names);
  }

  private static String name(Map<Activation, String> names, Activation activation) {
    return Objects.requireNonNull(names.get(activation));
  }

  /** All axes but the last folded into one, contiguous. */
  private Variable rows(Variable x) {
    return reshape(contiguous(x), x.shape().rows());
  }

  private static void requireVector(String operation, Variable vector, int width) {
    Shape shape = vector.shape();
    if (vector.dtype() != DType.F32 || shape.rank() != 1 || shape.dim(0) != width) {
      throw refusal(operation, "needs shape [%d], not %s", width, shape);
    }
  }
}
