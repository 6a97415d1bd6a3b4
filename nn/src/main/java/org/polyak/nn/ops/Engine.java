package org.polyak.nn.ops;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.polyak.spi.Backend;
import org.polyak.spi.Kernels;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.Support;

/**
 * One open backend, and the memory of which fused operations it offers. Does not own the backend.
 * Confined to one thread at a time, like the backend.
 */
public final class Engine {
  /** The report entry of an operation that the backend runs itself. */
  public static final String FUSED = "fused";

  private final Backend backend;
  private final FusedKernels fused;
  private final Map<Object, Support<?>> answers = new HashMap<>();
  private final SortedMap<String, String> report = new TreeMap<>();
  private final Shapes shapes = new Shapes();

  /** With the backend's own fused operations. */
  public Engine(Backend backend) {
    this(backend, backend.fused());
  }

  /** With other fused operations: {@link FusedKernels#NONE} composes everything from verbs. */
  public Engine(Backend backend, FusedKernels fused) {
    this.backend = backend;
    this.fused = fused;
  }

  /** The backend. */
  public Backend backend() {
    return backend;
  }

  /** The required verbs. */
  public Kernels kernels() {
    return backend.kernels();
  }

  /** The shapes of results. */
  Shapes shapes() {
    return shapes;
  }

  /**
   * For every operation asked for so far: {@link #FUSED}, or {@code composed: reason}. A copy, in
   * alphabetical order.
   */
  public SortedMap<String, String> fusedReport() {
    return new TreeMap<>(report);
  }

  /**
   * The backend's kernel for an operation that has one answer, asked for once; null where there is
   * none.
   *
   * @param name the operation's name in reports
   * @param question how to ask
   */
  <K> @Nullable K fused(String name, Function<FusedKernels, Support<K>> question) {
    return fused(name, name, question);
  }

  /**
   * The backend's kernel for an operation, asked for once per key; null where there is none.
   *
   * @param name the operation's name in reports
   * @param key what the answer depends on
   * @param question how to ask
   */
  <K> @Nullable K fused(String name, Object key, Function<FusedKernels, Support<K>> question) {
    @SuppressWarnings("unchecked") // The key decides the question, hence the kernel's type.
    Support<K> answer = (Support<K>) answers.get(key);
    if (answer == null) {
      answer = question.apply(fused);
      answers.put(key, answer);
      report.put(name, describe(answer));
    }
    return switch (answer) {
      case Support.Native<K>(K kernel) -> kernel;
      case Support.Unsupported<K> unsupported -> null;
    };
  }

  private static String describe(Support<?> answer) {
    return switch (answer) {
      case Support.Native<?> offered -> FUSED;
      case Support.Unsupported<?>(String reason) -> "composed: " + reason;
    };
  }
}
