package org.polyak.opencl;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.polyak.opencl.driver.Kernel;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;
import org.polyak.spi.fused.AttentionGradients;
import org.polyak.spi.fused.AttentionInputs;
import org.polyak.spi.fused.SoftmaxAttentionKernel;

/**
 * {@link SoftmaxAttentionKernel}: by tiles in local memory; with a work-group for each query where
 * these are few; with a work-item for each row where the device or the width of heads asks for it.
 */
final class OpenClSoftmaxAttention implements SoftmaxAttentionKernel {
  /** Up to so many queries of a sequence get a work-group each. */
  private static final int FEW_QUERIES = 8;

  private static final int ROWS_GROUP = 16;

  private final OpenClDevice device;
  private final Map<SoftmaxTiling, String> tileOptions = new HashMap<>();
  private final Map<SoftmaxTiling, String> queryOptions = new HashMap<>();

  OpenClSoftmaxAttention(OpenClDevice device) {
    this.device = device;
  }

  @Override
  public void forward(
      AttentionInputs inputs,
      boolean causal,
      double scale,
      Tensor out,
      @Nullable Tensor logSumExp) {
    if (out.shape().size() == 0) {
      return;
    }
    SoftmaxTiling tiling = SoftmaxTiling.of(inputs, causal, out);
    boolean single = tiles(tiling) && inputs.queryCount() <= FEW_QUERIES;
    Kernel kernel =
        single
            ? device.kernel(
                "softmaxquery",
                queryOptions.computeIfAbsent(tiling, SoftmaxTiling::queryOptions),
                "forward")
            : kernel(tiling, "forward");
    arguments(kernel, inputs, scale, tiling);
    Arguments.contiguous(kernel, out);
    Arguments.optional(kernel, logSumExp, out).integer(logSumExp == null ? 0 : 1);
    if (single) {
      launch(kernel, inputs, inputs.queryCount(), SoftmaxTiling.QUERY_GROUP);
    } else {
      launch(kernel, inputs, inputs.queryCount(), tiling);
    }
  }

  @Override
  public void backward(
      AttentionInputs inputs,
      boolean causal,
      double scale,
      Tensor out,
      Tensor logSumExp,
      Tensor outGradient,
      AttentionGradients gradients) {
    if (inputs.batch() == 0 || inputs.heads() == 0) {
      return;
    }
    SoftmaxTiling tiling =
        SoftmaxTiling.of(
            inputs,
            causal,
            out,
            outGradient,
            gradients.queries(),
            gradients.keys(),
            gradients.values());
    try (Scope scope = Scope.open("softmax attention", device.pool())) {
      Tensor products =
          scope.allocate(DType.F32, Shape.of(inputs.batch(), inputs.queryCount(), inputs.heads()));
      if (inputs.queryCount() > 0) {
        Kernel kernel = kernel(tiling, "query_gradient");
        arguments(kernel, inputs, scale, tiling);
        Arguments.contiguous(kernel, out, logSumExp, outGradient)
            .memory(OpenClBuffer.memory(products));
        Arguments.tokens(kernel, gradients.queries());
        launch(kernel, inputs, inputs.queryCount(), tiling);
      }
      if (inputs.keyCount() > 0) {
        Kernel kernel = kernel(tiling, "key_value_gradient");
        arguments(kernel, inputs, scale, tiling);
        Arguments.contiguous(kernel, logSumExp, outGradient).memory(OpenClBuffer.memory(products));
        Arguments.tokens(kernel, gradients.keys());
        Arguments.tokens(kernel, gradients.values());
        launch(kernel, inputs, inputs.keyCount(), tiling);
      }
    }
  }

  private boolean tiles(SoftmaxTiling tiling) {
    return device.traits().cooperative() && tiling.fits();
  }

  private Kernel kernel(SoftmaxTiling tiling, String function) {
    return tiles(tiling)
        ? device.kernel(
            "softmaxtiles", tileOptions.computeIfAbsent(tiling, SoftmaxTiling::options), function)
        : device.kernel("softmaxrows", "", function);
  }

  private void arguments(
      Kernel kernel, AttentionInputs inputs, double scale, SoftmaxTiling tiling) {
    Arguments.tokens(kernel, inputs.queries());
    Arguments.tokens(kernel, inputs.keys());
    Arguments.tokens(kernel, inputs.values());
    @Nullable Tensor lengths = inputs.keyLengths();
    Arguments.optional(kernel, lengths, inputs.queries())
        .integer(lengths == null ? 0 : 1)
        .integer(inputs.heads())
        .integer(inputs.queryCount())
        .integer(inputs.keyCount())
        .real((float) scale);
    if (!tiles(tiling)) {
      kernel.integer(tiling.causal() ? 1 : 0).integer(tiling.keyDim()).integer(tiling.valueDim());
    }
  }

  private void launch(Kernel kernel, AttentionInputs inputs, int rows, SoftmaxTiling tiling) {
    if (tiles(tiling)) {
      launch(kernel, inputs, Math.ceilDiv(rows, tiling.rows()), tiling.rows() * tiling.parts());
    } else {
      int group = Math.min(ROWS_GROUP, Groups.powerOfTwo(rows));
      launch(kernel, inputs, Math.ceilDiv(rows, group), group);
    }
  }

  /** A number of groups for every head of every sequence. */
  private void launch(Kernel kernel, AttentionInputs inputs, int groups, int group) {
    kernel.launch(
        device.queue(),
        new long[] {(long) groups * group, inputs.heads(), inputs.batch()},
        new long[] {group, 1, 1});
  }
}
