package org.polyak.conformance.mutants;

import java.util.List;
import java.util.Random;
import org.polyak.spi.Backend;
import org.polyak.spi.ReduceOp;
import org.polyak.spi.Tensor;

/** Verbs whose threads get in each other's way, or whose result depends on who comes first. */
final class VerbOrderMutants {
  /** Rows that a device works on at the same time. */
  private static final int TOGETHER = 4;

  private VerbOrderMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.verbs(
            "scatter-keeps-the-last",
            "Of rows with the same index only the last is added.",
            good -> new LosingScatter(good, Integer.MAX_VALUE),
            "VERB-SCATTER-001",
            "VERB-SCATTER-003",
            "VERB-SCATTER-002"),
        Mutant.verbs(
            "racy-scatter",
            "Rows that are added at the same time read the table before either has written it.",
            good -> new LosingScatter(good, TOGETHER),
            "VERB-SCATTER-001",
            "VERB-SCATTER-003",
            "VERB-SCATTER-002"),
        Mutant.verbs(
            "racy-sum",
            "Two workers add to one total without a lock: now and then a part is lost.",
            good ->
                new DecoratedKernels(good) {
                  private final Random schedule = new Random(7);

                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    int n = in.shape().dim(axis);
                    boolean lost = op == ReduceOp.SUM && n >= 64 && schedule.nextInt(4) == 0;
                    super.reduce(op, lost ? in.slice(axis, 0, n - n / 8) : in, axis, out);
                  }
                },
            "VERB-SUM-002",
            "VERB-SUM-008"),
        Mutant.verbs(
            "sum-order-changes",
            "The order of a sum depends on which worker is done first.",
            good ->
                new DecoratedKernels(good) {
                  private int calls;

                  @Override
                  public void reduce(ReduceOp op, Tensor in, int axis, Tensor out) {
                    int n = in.shape().dim(axis);
                    if (op == ReduceOp.MAXIMUM || n < 64) {
                      super.reduce(op, in, axis, out);
                      return;
                    }
                    int cut = n / (2 + calls++ % 3);
                    super.reduce(op, in.slice(axis, cut, n), axis, out);
                    float[] sums = host.floats(out);
                    super.reduce(op, in.slice(axis, 0, cut), axis, out);
                    float[] more = host.floats(out);
                    for (int i = 0; i < sums.length; i++) {
                      sums[i] += more[i];
                    }
                    host.put(out, sums);
                  }
                },
            // Each order is as good as another: only the repetition shows it.
            "VERB-SUM-008"),
        Mutant.verbs(
            "product-order-changes",
            "A product is split along its inner axis, and its parts are added as they come.",
            good ->
                new DecoratedKernels(good) {
                  private int calls;

                  @Override
                  public void matmul(Tensor a, Tensor b, boolean accumulate, Tensor out) {
                    int inner = a.shape().dim(-1);
                    int rank = a.shape().rank();
                    int cut = inner < 64 ? 0 : 16 + calls++ % 7;
                    super.matmul(
                        a.slice(rank - 1, cut, inner),
                        b.slice(rank - 2, cut, inner),
                        accumulate,
                        out);
                    if (cut > 0) {
                      super.matmul(a.slice(rank - 1, 0, cut), b.slice(rank - 2, 0, cut), true, out);
                    }
                  }
                },
            // Each order is as good as another: only the repetition shows it.
            "VERB-MATMUL-028"),
        Mutant.verbs(
            "scatter-order-changes",
            "Rows with the same index are added in an order that changes from call to call.",
            good ->
                new DecoratedKernels(good) {
                  private int calls;

                  @Override
                  public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
                    int n = rows.shape().dim(0);
                    int cut = n == 0 ? 0 : calls++ % n;
                    super.scatterAddRows(rows.slice(0, cut, n), indices.slice(0, cut, n), table);
                    super.scatterAddRows(rows.slice(0, 0, cut), indices.slice(0, 0, cut), table);
                  }
                },
            // Each order is as good as another: only the repetition shows it.
            "VERB-SCATTER-007"));
  }

  /** Of rows with one index that are added at the same time, the last one wins. */
  private static final class LosingScatter extends DecoratedKernels {
    private final int together;

    LosingScatter(Backend good, int together) {
      super(good);
      this.together = together;
    }

    @Override
    public void scatterAddRows(Tensor rows, Tensor indices, Tensor table) {
      int[] ids = host.integers(indices);
      for (int r = 0; r < ids.length; r++) {
        if (!isOvertaken(ids, r)) {
          super.scatterAddRows(rows.slice(0, r, r + 1), indices.slice(0, r, r + 1), table);
        }
      }
    }

    private boolean isOvertaken(int[] ids, int r) {
      int end = (int) Math.min(ids.length, (long) together * (r / together + 1L));
      for (int later = r + 1; later < end; later++) {
        if (ids[later] == ids[r]) {
          return true;
        }
      }
      return false;
    }
  }
}
