package org.polyak.opencl;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.DType;
import org.polyak.spi.Probe;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * What {@link ProcessesTest} runs in processes of their own: says what the backend finds there and,
 * when it finds a device, what it computes on it. Arguments are options {@code name=value}.
 */
final class ChildProgram {
  private ChildProgram() {}

  /** Prints one line. */
  public static void main(String[] arguments) {
    Map<String, String> values = new HashMap<>();
    for (String argument : arguments) {
      int sign = argument.indexOf('=');
      values.put(argument.substring(0, sign), argument.substring(sign + 1));
    }
    BackendOptions options = BackendOptions.of(values);
    OpenClBackendProvider provider = new OpenClBackendProvider();
    System.out.println(
        switch (provider.probe(options)) {
          case Probe.Missing(String reason, String remedy) -> reason + ". " + remedy;
          case Probe.Ready ready -> "sum " + sum(provider.open(options));
        });
  }

  private static float sum(Backend device) {
    float[] result = {0};
    try (Backend backend = device;
        Scope scope = backend.openScope("child")) {
      Tensor ones = scope.allocate(DType.F32, Shape.of(1, 1000));
      Tensor column = scope.allocate(DType.F32, Shape.of(1000, 1));
      Tensor product = scope.allocate(DType.F32, Shape.of(1, 1));
      backend.kernels().fill(ones, 1);
      backend.kernels().fill(column, 2);
      backend.kernels().matmul(ones, column, false, product);
      backend.download(product, MemorySegment.ofArray(result));
    }
    return result[0];
  }
}
