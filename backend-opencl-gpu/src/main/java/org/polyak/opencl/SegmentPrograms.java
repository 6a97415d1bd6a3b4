package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionSpec;
import org.polyak.spi.fused.AttentionState;

/** The kernels of {@link SegmentSource} for one specification, built when first asked for. */
final class SegmentPrograms {
  private final OpenClDevice device;
  private final AttentionSpec spec;
  private final Map<Key, Kernel> kernels = new HashMap<>();

  private record Key(SegmentSource source, Reading reading, int channels, String function) {}

  SegmentPrograms(OpenClDevice device, AttentionSpec spec) {
    this.device = device;
    this.spec = spec;
  }

  /** A kernel, waiting for its first argument. */
  Kernel kernel(SegmentSource source, Reading reading, int channels, String function) {
    return kernels
        .computeIfAbsent(new Key(source, reading, channels, function), this::build)
        .begin();
  }

  private Kernel build(Key key) {
    boolean assembler = device.traits().assembler();
    return device.kernel(
        key.source().resource(),
        key.reading().options(key.source(), spec, key.channels(), assembler),
        key.function());
  }

  /** S, m and z, and whether there is a state at all. */
  static void state(Kernel kernel, @Nullable AttentionState state, Tensor standIn) {
    Arguments.optional(kernel, state == null ? null : state.memory(), standIn);
    Arguments.optional(kernel, state == null ? null : state.momentum(), standIn);
    Arguments.optional(kernel, state == null ? null : state.keySum(), standIn)
        .integer(state == null ? 0 : 1);
  }
}
