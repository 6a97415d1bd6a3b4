package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.Scope;
import org.polyak.spi.Tensor;

/**
 * Matrix products {@code [M, K]·[K, N]} of the numbers {@code a} and {@code b}, one or a batch of
 * them. The output is the product.
 *
 * @param batch number of products; 1 for matrices without a batch axis
 * @param m rows of the result
 * @param k length of the sums
 * @param n columns of the result
 */
public record MatmulLoad(int batch, int m, int k, int n) implements Load {
  static MatmulLoad single(String shape) {
    int[] e = Extents.parse(shape, "M", "K", "N");
    return new MatmulLoad(1, e[0], e[1], e[2]);
  }

  static MatmulLoad batched(String shape) {
    int[] e = Extents.parse(shape, "B", "M", "K", "N");
    return new MatmulLoad(e[0], e[1], e[2], e[3]);
  }

  @Override
  public Work prepare(Engine engine, Scope scope) {
    Inputs inputs = new Inputs(engine, scope);
    Tensor a = inputs.tensor("a", dimsOfA());
    Tensor b = inputs.tensor("b", dimsOfB());
    Works works = new Works(engine, scope);
    Tensor out = works.result(dims(m, n));
    return works.kernels(() -> engine.kernels().matmul(a, b, false, out), out);
  }

  @Override
  public Amount amount() {
    double elements = (double) m * k + (double) k * n + (double) m * n;
    return Amount.ofOperations(2.0 * batch * m * k * n, batch * elements * Float.BYTES);
  }

  @Override
  public List<String> gate() {
    return List.of("VERB-MATMUL");
  }

  @Override
  public double tolerance() {
    return Rounding.ofSums(k);
  }

  /** [M, K], or [B, M, K] for a batch. */
  public int[] dimsOfA() {
    return dims(m, k);
  }

  /** [K, N], or [B, K, N] for a batch. */
  public int[] dimsOfB() {
    return dims(k, n);
  }

  private int[] dims(int rows, int columns) {
    return batch == 1 ? new int[] {rows, columns} : new int[] {batch, rows, columns};
  }
}
