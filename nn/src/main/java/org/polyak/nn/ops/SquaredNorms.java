package org.polyak.nn.ops;

import java.util.List;
import org.polyak.nn.autograd.Variable;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;
import org.polyak.spi.UnaryOp;
import org.polyak.spi.fused.FusedKernels;
import org.polyak.spi.fused.SquaredNormsKernel;

/** The squared norms of many tensors: fused, or composed from verbs. */
public final class SquaredNorms {
  private SquaredNorms() {}

  /**
   * {@code Σ x²} over all elements x of each tensor.
   *
   * @param tensors F32, contiguous, of any shapes; at least one
   * @return {@code [n]} for n tensors
   */
  public static Variable of(Ops ops, List<Tensor> tensors) {
    Tensor norms = ops.allocate(ops.shape(tensors.size()));
    SquaredNormsKernel kernel = ops.engine().fused("squared norms", FusedKernels::squaredNorms);
    if (kernel != null) {
      kernel.squaredNorms(tensors, norms);
    } else {
      for (int i = 0; i < tensors.size(); i++) {
        compose(ops, tensors.get(i), norms.view(norms.layout().slice(0, i, i + 1)));
      }
    }
    return Variable.constant(norms);
  }

  private static void compose(Ops ops, Tensor tensor, Tensor norm) {
    Variable flat = ops.reshape(Variable.constant(tensor), Math.toIntExact(tensor.shape().size()));
    ops.kernels().reduce(ReduceOp.SUM, ops.unary(UnaryOp.SQUARE, flat).tensor(), 0, norm);
  }
}
