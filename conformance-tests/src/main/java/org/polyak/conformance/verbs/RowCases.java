package org.polyak.conformance.verbs;

import java.util.List;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Chapter;
import org.polyak.conformance.Definition;
import org.polyak.conformance.Expected;
import org.polyak.conformance.Family;
import org.polyak.conformance.Samples;
import org.polyak.conformance.memory.Placement;
import org.polyak.conformance.oracle.Array;
import org.polyak.conformance.oracle.Embeddings;
import org.polyak.spi.Tensor;

/** Rows of a table by index: gather, and scatter with addition. */
public final class RowCases {
  private static final int[] WIDTHS = {1, 2, 3, 7, 16, 31, 33, 65, 130};
  private static final List<Placement> LAYOUTS =
      List.of(Placement.DENSE, Placement.GAPPED, Placement.STRIDED, Placement.TRANSPOSED);

  private RowCases() {}

  /** The families. */
  public static List<Family> families() {
    return List.of(gather(), scatter());
  }

  private static Family gather() {
    return new Family(
            "VERB-GATHER",
            Chapter.VERBS,
            new Definition("out[r] = table[indices[r]]", "Kernels.gatherRows"))
        .add("awkward widths, repeated indices", RowCases::gatherWidths)
        .add("all layouts", RowCases::gatherLayouts)
        .add("no rows", (c, s) -> gather(c, s, new int[0], 4, 5, Placement.DENSE, Placement.DENSE))
        .add("an index beyond the table is an error", (c, s) -> gatherBeyond(c, s, 4))
        .add("a negative index is an error", (c, s) -> gatherBeyond(c, s, -1))
        .add("NaN in a row that is not asked for", RowCases::gatherBesideNaN)
        .add(
            "100,003 rows",
            (c, s) ->
                gather(
                    c, s, s.integers(100_003, 0, 300), 300, 3, Placement.DENSE, Placement.DENSE));
  }

  private static Family scatter() {
    return new Family(
            "VERB-SCATTER",
            Chapter.VERBS,
            new Definition("table[indices[r]] += rows[r]", "Kernels.scatterAddRows"))
        .add("awkward widths, repeated indices", RowCases::scatterWidths)
        .add("all layouts", RowCases::scatterLayouts)
        .add("all rows to one", RowCases::scatterToOne)
        .add("no rows", (c, s) -> scatter(c, s, new int[0], 4, 5, Placement.DENSE, Placement.DENSE))
        .add("an index beyond the table is an error", (c, s) -> scatterBeyond(c, s, 4))
        .add("a negative index is an error", (c, s) -> scatterBeyond(c, s, -1))
        .add("the same bits every time", RowCases::scatterRepeatable);
  }

  private static void gatherWidths(CaseContext c, Samples s) {
    for (int width : WIDTHS) {
      gather(c, s, s.integers(37, 0, 6), 6, width, Placement.DENSE, Placement.DENSE);
    }
  }

  private static void gatherLayouts(CaseContext c, Samples s) {
    for (Placement in : LAYOUTS) {
      for (Placement out : LAYOUTS) {
        gather(c, s, s.integers(13, 0, 6), 6, 9, in, out);
      }
    }
  }

  private static void gather(
      CaseContext c,
      Samples s,
      int[] indices,
      int entries,
      int width,
      Placement in,
      Placement out) {
    float[] table = s.mixed(entries * width, 40);
    Tensor rows = c.memory().output("out", out, indices.length, width);
    c.kernels()
        .gatherRows(
            c.memory().input("table", table, in, entries, width),
            c.memory().integers("indices", indices, in, indices.length),
            rows);
    Array want = Embeddings.lookUp(Samples.array(table, entries, width), indices);
    c.expectSameBits("rows", c.memory().floats(rows), Samples.floats(want));
  }

  private static void gatherBeyond(CaseContext c, Samples s, int index) {
    Tensor table = c.memory().input("table", s.normal(12, 1), Placement.DENSE, 4, 3);
    Tensor indices = c.memory().integers("indices", new int[] {0, index}, Placement.DENSE, 2);
    Tensor out = c.memory().update("out", new float[6], Placement.DENSE, 2, 3);
    c.expectThrows(
        IndexOutOfBoundsException.class,
        "index " + index,
        () -> {
          c.kernels().gatherRows(table, indices, out);
          c.backend().finish();
        });
  }

  private static void gatherBesideNaN(CaseContext c, Samples s) {
    float[] table = s.normal(4 * 33, 1);
    table[2 * 33] = Float.NaN;
    Tensor out = c.memory().output("out", Placement.DENSE, 2, 33);
    c.kernels()
        .gatherRows(
            c.memory().input("table", table, Placement.DENSE, 4, 33),
            c.memory().integers("indices", new int[] {1, 3}, Placement.DENSE, 2),
            out);
    for (float value : c.memory().floats(out)) {
      c.check(!Float.isNaN(value), "a row that was not asked for came along");
    }
  }

  private static void scatterWidths(CaseContext c, Samples s) {
    for (int width : WIDTHS) {
      scatter(c, s, s.integers(37, 0, 6), 6, width, Placement.DENSE, Placement.DENSE);
    }
  }

  private static void scatterLayouts(CaseContext c, Samples s) {
    for (Placement in : LAYOUTS) {
      for (Placement table : LAYOUTS) {
        scatter(c, s, s.integers(13, 0, 6), 6, 9, in, table);
      }
    }
  }

  private static void scatterToOne(CaseContext c, Samples s) {
    scatter(c, s, new int[1000], 3, 17, Placement.DENSE, Placement.DENSE);
  }

  private static void scatter(
      CaseContext c,
      Samples s,
      int[] indices,
      int entries,
      int width,
      Placement in,
      Placement out) {
    float[] before = s.normal(entries * width, 1);
    float[] rows = s.mixed(indices.length * width, 4);
    Tensor table = c.memory().update("table", before, out, entries, width);
    c.kernels()
        .scatterAddRows(
            c.memory().input("rows", rows, in, indices.length, width),
            c.memory().integers("indices", indices, in, indices.length),
            table);
    Array start = Samples.array(before, entries, width);
    Array added = Samples.array(rows, indices.length, width);
    c.expect(
        "table",
        c.memory().floats(table),
        new Expected(
            start.plus(Embeddings.lookUpBackward(start, indices, added)),
            start.abs().plus(Embeddings.lookUpBackward(start, indices, added.abs())),
            Math.max(1, indices.length)));
  }

  private static void scatterBeyond(CaseContext c, Samples s, int index) {
    Tensor rows = c.memory().input("rows", s.normal(6, 1), Placement.DENSE, 2, 3);
    Tensor indices = c.memory().integers("indices", new int[] {0, index}, Placement.DENSE, 2);
    Tensor table = c.memory().update("table", new float[12], Placement.DENSE, 4, 3);
    c.expectThrows(
        IndexOutOfBoundsException.class,
        "index " + index,
        () -> {
          c.kernels().scatterAddRows(rows, indices, table);
          c.backend().finish();
        });
  }

  private static void scatterRepeatable(CaseContext c, Samples s) {
    Tensor rows = c.memory().input("rows", s.mixed(2000 * 33, 20), Placement.DENSE, 2000, 33);
    int[] ids = s.integers(2000, 0, 5);
    Tensor indices = c.memory().integers("indices", ids, Placement.DENSE, 2000);
    Tensor first = c.memory().update("first", new float[5 * 33], Placement.DENSE, 5, 33);
    Tensor second = c.memory().update("second", new float[5 * 33], Placement.DENSE, 5, 33);
    c.kernels().scatterAddRows(rows, indices, first);
    c.kernels().scatterAddRows(rows, indices, second);
    c.expectSameBits("again", c.memory().floats(second), c.memory().floats(first));
  }
}
