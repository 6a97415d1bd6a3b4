package org.polyak.nn.testing;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.polyak.nn.autograd.Gradients;
import org.polyak.nn.autograd.Tape;
import org.polyak.nn.autograd.Variable;
import org.polyak.nn.checkpoint.StoredTensor;
import org.polyak.nn.ops.Engine;
import org.polyak.nn.ops.Ops;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;
import org.polyak.spi.Probe;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.FusedKernels;

/**
 * A backend with one scope, for the length of a test: {@code cpu-simd} on one thread, or what the
 * build names in {@code polyak.tested.backend}.
 */
public final class Device implements AutoCloseable {
  private final Backend backend;
  private final Engine engine;
  private final Scope scope;

  private Device(boolean fused) {
    backend = open(System.getProperty("polyak.tested.backend", "cpu-simd"));
    engine = fused ? new Engine(backend) : new Engine(backend, FusedKernels.NONE);
    scope = backend.openScope("test");
  }

  private static Backend open(String id) {
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(p -> p.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new AssertionError("No backend '" + id + "' on the class path."));
    BackendOptions options =
        BackendOptions.of(
            id.equals("opencl")
                ? Map.of("type", "cpu", "cache", "target/opencl")
                : Map.of("threads", "1"));
    if (!Boolean.getBoolean("polyak.opencl.required")
        && provider.probe(options) instanceof Probe.Missing(String reason, String remedy)) {
      Assumptions.abort(reason + ". " + remedy);
    }
    return provider.open(options);
  }

  /** With the backend's fused operations. */
  public static Device fused() {
    return new Device(true);
  }

  /** With every operation composed from verbs. */
  public static Device composed() {
    return new Device(false);
  }

  /** Runs a check with fused operations, then with composed ones. */
  public static void onBoth(Consumer<Device> check) {
    try (Device device = fused()) {
      check.accept(device);
    }
    try (Device device = composed()) {
      check.accept(device);
    }
  }

  /** The backend. */
  public Backend backend() {
    return backend;
  }

  /** The engine. */
  public Engine engine() {
    return engine;
  }

  /** The scope of the test. */
  public Scope scope() {
    return scope;
  }

  /** Operations without a tape. */
  public Ops ops() {
    return Ops.inference(engine, scope);
  }

  /** Operations on a new tape, without dropout. */
  public Ops recording() {
    return Ops.recording(engine, scope, new Tape());
  }

  /** A node to which gradients flow. */
  public Variable parameter(StoredTensor values) {
    return Variable.parameter(constant(values).tensor());
  }

  /** A node to which no gradient flows. */
  public Variable constant(StoredTensor values) {
    return ops().constant(values.toFloats(), values.shape().dims());
  }

  /** The gradient on the host. */
  public float[] gradient(Gradients gradients, Variable variable) {
    Tensor tensor = gradients.require(variable);
    return ops().toFloats(Variable.constant(tensor));
  }

  @Override
  public void close() {
    scope.close();
    backend.close();
  }
}
