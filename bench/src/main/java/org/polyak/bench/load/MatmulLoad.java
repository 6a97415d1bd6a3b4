package org.polyak.bench.load;

import java.util.List;
import org.polyak.nn.ops.Engine;
import org.polyak.spi.DType;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Matrix products {@code [M, K]·[K, N]}, one or a batch of them.
 *
 * @param batch number of products; 1 for matrices without a batch axis
 * @param m rows of the result
 * @param k length of the sums
 * @param n columns of the result
 */
record MatmulLoad(int batch, int m, int k, int n) implements Load {
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
    Numbers numbers = new Numbers(engine, scope);
    Tensor a = numbers.tensor("a", dims(m, k));
    Tensor b = numbers.tensor("b", dims(k, n));
    Tensor out = scope.allocate(DType.F32, Shape.of(dims(m, n)));
    return () -> engine.kernels().matmul(a, b, false, out);
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

  private int[] dims(int rows, int columns) {
    return batch == 1 ? new int[] {rows, columns} : new int[] {batch, rows, columns};
  }
}
