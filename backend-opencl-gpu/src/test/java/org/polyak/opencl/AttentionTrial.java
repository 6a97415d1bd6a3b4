package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.AttentionKernel;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;
import org.polyak.spi.fused.FeatureMap;
import org.polyak.spi.fused.Normaliser;
import org.polyak.spi.fused.Schedule;
import org.polyak.spi.fused.Support;
import org.polyak.spi.fused.UpdateRule;

/**
 * One call of attention, forward and backward, on random numbers. Queries, keys and values are
 * views of one projection, as in a model.
 *
 * @param spec what is computed
 * @param batch B
 * @param tokens N
 * @param heads H
 * @param channels K and V
 * @param carried whether states enter and leave, with gradients
 */
record AttentionTrial(
    AttentionSpec spec, int batch, int tokens, int heads, int channels, boolean carried) {
  private static final int PARTS = 3;

  /** What a trial leaves: the output, the gradients of q, k, v, and the parts of both states. */
  record Results(int savedSize, List<String> names, List<float[]> values) {}

  /** Runs the kernel on the trial's numbers. */
  Results run(Backend backend) {
    return run(backend, spec, false);
  }

  /** Runs the definition, token by token. */
  Results runRecurrence(Backend backend) {
    return run(backend, recurrent(), false);
  }

  /**
   * The sums of the absolute values of all terms: the definition again, with nothing negative. The
   * momentum is negative where the state grows, and so is the output in the denominator's gradient.
   */
  Results magnitudes(Backend backend) {
    return run(backend, recurrent(), true);
  }

  private AttentionSpec recurrent() {
    return spec.withSchedule(new Schedule.Recurrent());
  }

  private Results run(Backend backend, AttentionSpec computed, boolean absolute) {
    Random random = new Random(tokens * 31L + channels);
    try (Scope scope = backend.openScope("trial")) {
      Run run = new Run(backend, scope, random, absolute);
      AttentionKernel kernel =
          ((Support.Native<AttentionKernel>) backend.fused().attention(computed)).kernel();
      AttentionInputs inputs = run.inputs();
      Tensor out = run.empty(batch, tokens, heads, channels);
      Tensor saved = scope.allocate(DType.F32, kernel.savedShape(inputs));
      AttentionState initial = carried ? run.state(true) : null;
      AttentionState last = carried ? run.state(false) : null;
      kernel.forward(inputs, initial, out, last, saved);
      Tensor outGradient = run.numbers(1, batch, tokens, heads, channels);
      Tensor read = absolute ? run.negative(out) : out;
      AttentionState lastGradient = carried ? run.state(true) : null;
      AttentionGradients gradients =
          new AttentionGradients(
              run.empty(batch, tokens, heads, channels),
              run.empty(batch, tokens, heads, channels),
              run.empty(batch, tokens, heads, channels),
              carried ? run.state(false) : null);
      kernel.backward(inputs, initial, read, saved, outGradient, lastGradient, gradients);
      List<String> names = new ArrayList<>(List.of("out", "dq", "dk", "dv"));
      List<Tensor> tensors =
          new ArrayList<>(List.of(out, gradients.queries(), gradients.keys(), gradients.values()));
      add("last ", last, names, tensors);
      add("initial gradient ", gradients.initial(), names, tensors);
      return new Results(
          (int) saved.shape().size(), names, tensors.stream().map(run::download).toList());
    }
  }

  /** The output and the last state, where the latter overwrites the initial one. */
  Results runInPlace(Backend backend) {
    try (Scope scope = backend.openScope("trial")) {
      Run run = new Run(backend, scope, new Random(tokens * 31L + channels), false);
      AttentionKernel kernel =
          ((Support.Native<AttentionKernel>) backend.fused().attention(spec)).kernel();
      AttentionInputs inputs = run.inputs();
      Tensor out = run.empty(batch, tokens, heads, channels);
      AttentionState state = run.state(true);
      kernel.forward(inputs, state, out, state, null);
      List<String> names = new ArrayList<>(List.of("out"));
      List<Tensor> tensors = new ArrayList<>(List.of(out));
      add("last ", state, names, tensors);
      return new Results(0, names, tensors.stream().map(run::download).toList());
    }
  }

  private static void add(
      String prefix, @Nullable AttentionState state, List<String> names, List<Tensor> tensors) {
    if (state == null) {
      return;
    }
    names.add(prefix + "S");
    tensors.add(state.memory());
    if (state.momentum() != null) {
      names.add(prefix + "m");
      tensors.add(state.momentum());
    }
    if (state.keySum() != null) {
      names.add(prefix + "z");
      tensors.add(state.keySum());
    }
  }

  /** The tensors of one run. */
  private final class Run {
    private final Backend backend;
    private final Scope scope;
    private final Random random;
    private final boolean absolute;

    Run(Backend backend, Scope scope, Random random, boolean absolute) {
      this.backend = backend;
      this.scope = scope;
      this.random = random;
      this.absolute = absolute;
    }

    AttentionInputs inputs() {
      boolean mapped = spec.featureMap() == FeatureMap.ELU_PLUS_ONE;
      // Without a feature map a sum of keys is a denominator only if keys are positive.
      double shift = !mapped && hasKeySum() ? 4 : 0;
      int width = heads * channels;
      float[] numbers = new float[batch * tokens * PARTS * width];
      for (int i = 0; i < numbers.length; i++) {
        boolean value = i / width % PARTS == PARTS - 1;
        double number = random.nextGaussian() + (value ? 0 : shift);
        numbers[i] = (float) (absolute && (value || !mapped) ? Math.abs(number) : number);
      }
      Tensor projection = upload(numbers, batch, tokens, PARTS, heads, channels);
      return new AttentionInputs(
          part(projection, 0), part(projection, 1), part(projection, 2), null);
    }

    private Tensor part(Tensor projection, int index) {
      long token = (long) PARTS * heads * channels;
      return projection.view(
          Layout.strided(
              Shape.of(batch, tokens, heads, channels),
              new long[] {tokens * token, token, channels, 1},
              (long) index * heads * channels));
    }

    AttentionState state(boolean filled) {
      int[] matrix = {batch, heads, channels, channels};
      boolean momentum = spec.rule() instanceof UpdateRule.Momentum;
      Tensor memory = filled ? numbers(1, matrix) : empty(matrix);
      Tensor velocity = momentum ? (filled ? numbers(-1, matrix) : empty(matrix)) : null;
      Tensor keySum =
          hasKeySum()
              ? filled ? positive(batch, heads, channels) : empty(batch, heads, channels)
              : null;
      return new AttentionState(memory, velocity, keySum);
    }

    private boolean hasKeySum() {
      return spec.normaliser() instanceof Normaliser.KeySum;
    }

    Tensor numbers(int sign, int... dims) {
      float[] numbers = new float[(int) Shape.of(dims).size()];
      for (int i = 0; i < numbers.length; i++) {
        float number = (float) random.nextGaussian();
        numbers[i] = absolute ? sign * Math.abs(number) : number;
      }
      return upload(numbers, dims);
    }

    private Tensor positive(int... dims) {
      float[] numbers = new float[(int) Shape.of(dims).size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) Math.abs(random.nextGaussian());
      }
      return upload(numbers, dims);
    }

    Tensor negative(Tensor tensor) {
      float[] numbers = download(tensor);
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = -numbers[i];
      }
      return upload(numbers, tensor.shape().dims());
    }

    Tensor empty(int... dims) {
      float[] numbers = new float[(int) Shape.of(dims).size()];
      Arrays.fill(numbers, Float.NaN);
      return upload(numbers, dims);
    }

    private Tensor upload(float[] numbers, int... dims) {
      Tensor tensor = scope.allocate(DType.F32, Shape.of(dims));
      backend.upload(MemorySegment.ofArray(numbers), tensor);
      return tensor;
    }

    float[] download(Tensor tensor) {
      float[] numbers = new float[Math.toIntExact(Objects.requireNonNull(tensor).shape().size())];
      backend.download(tensor, MemorySegment.ofArray(numbers));
      return numbers;
    }
  }
}
