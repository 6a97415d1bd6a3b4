package org.polyak.conformance.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.polyak.spi.Backend;
import org.polyak.spi.DType;
import org.polyak.spi.Layout;
import org.polyak.spi.Scope;
import org.polyak.spi.Shape;
import org.polyak.spi.Tensor;

/**
 * Tensors inside larger allocations that are full of poison: a NaN of its own at every position, or
 * for integers a number that is no index. What reads beyond its input computes NaN or throws; what
 * writes beyond its output, or not all of it, is seen by {@link #verify}. Uses nothing of a backend
 * but allocation, upload and download of whole buffers.
 */
public final class GuardedMemory {
  /** Poisoned elements after the last element of a view. */
  private static final int GUARD = 67;

  private static final int QUIET_NAN = 0x7FC00000;
  private static final int NAN_PAYLOADS = 0x3FFFFF;

  private final Backend backend;
  private final Scope scope;
  private final List<Region> regions = new ArrayList<>();

  private enum Access {
    READ,
    WRITE,
    UPDATE
  }

  /** One allocation: what it held before the work, and which part of it the work was given. */
  private static final class Region {
    private final String name;
    private final Tensor whole;
    private final Layout view;
    private final int[] before;
    private final Access access;

    Region(String name, Tensor whole, Layout view, int[] before, Access access) {
      this.name = name;
      this.whole = whole;
      this.view = view;
      this.before = before;
      this.access = access;
    }
  }

  /** On a backend; the scope owns all memory. */
  public GuardedMemory(Backend backend, Scope scope) {
    this.backend = backend;
    this.scope = scope;
  }

  /** A tensor with these elements (row-major), which must not change. */
  public Tensor input(String name, float[] values, Placement placement, int... dims) {
    return place(name, DType.F32, bits(values), placement, Access.READ, dims);
  }

  /** Integers (row-major), which must not change. */
  public Tensor integers(String name, int[] values, Placement placement, int... dims) {
    return place(name, DType.I32, values, placement, Access.READ, dims);
  }

  /** A tensor full of poison, of which every element must be written. */
  public Tensor output(String name, Placement placement, int... dims) {
    return place(name, DType.F32, new int[0], placement, Access.WRITE, dims);
  }

  /** Integers full of poison, of which every element must be written. */
  public Tensor integerOutput(String name, Placement placement, int... dims) {
    return place(name, DType.I32, new int[0], placement, Access.WRITE, dims);
  }

  /** A tensor with these elements (row-major), which may change. */
  public Tensor update(String name, float[] values, Placement placement, int... dims) {
    return place(name, DType.F32, bits(values), placement, Access.UPDATE, dims);
  }

  /** The elements of an F32 view, row-major, read from a download of its whole buffer. */
  public float[] floats(Tensor view) {
    int[] found = integers(view);
    float[] values = new float[found.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(found[i]);
    }
    return values;
  }

  /** The elements of an I32 view, or the bits of an F32 one, row-major. */
  public int[] integers(Tensor view) {
    int[] whole = download(wholeOf(view));
    int[] positions = Positions.of(view.layout());
    int[] found = new int[positions.length];
    for (int i = 0; i < found.length; i++) {
      found[i] = whole[positions[i]];
    }
    return found;
  }

  /** What was written where it should not have been, or not written where it should. */
  public List<String> verify() {
    List<String> violations = new ArrayList<>();
    for (Region region : regions) {
      int[] after = download(region.whole);
      boolean[] inside = new boolean[after.length];
      for (int position : Positions.of(region.view)) {
        inside[position] = true;
      }
      for (int i = 0; i < after.length; i++) {
        boolean same = after[i] == region.before[i];
        if (!inside[i] && !same) {
          violations.add(violation(region, "memory around '%s' was written", i));
          break;
        }
        if (inside[i] && !same && region.access == Access.READ) {
          violations.add(violation(region, "input '%s' was changed", i));
          break;
        }
        if (inside[i] && same && region.access == Access.WRITE) {
          violations.add(violation(region, "output '%s' was not overwritten everywhere", i));
          break;
        }
      }
    }
    return violations;
  }

  private static String violation(Region region, String what, int position) {
    return "%s: first at position %d of its buffer, layout %s"
        .formatted(what.formatted(region.name), position, region.view);
  }

  private Tensor place(
      String name, DType dtype, int[] values, Placement placement, Access access, int... dims) {
    Layout layout = placement.layout(Shape.of(dims));
    int size = Math.toIntExact(layout.end()) + GUARD;
    int[] bits = new int[size];
    for (int i = 0; i < size; i++) {
      bits[i] = poison(dtype, regions.size() * 7919 + i);
    }
    if (access != Access.WRITE) {
      int[] positions = Positions.of(layout);
      for (int i = 0; i < positions.length; i++) {
        bits[positions[i]] = values[i];
      }
    }
    Tensor whole = scope.allocate(dtype, Shape.of(size));
    backend.upload(MemorySegment.ofArray(bits), whole);
    regions.add(new Region(name, whole, layout, bits, access));
    return whole.view(layout);
  }

  /** Never the default NaN, which is what arithmetic makes. */
  private static int poison(DType dtype, int position) {
    return switch (dtype) {
      case F32 -> QUIET_NAN | (1 + position % NAN_PAYLOADS);
      case I32 -> Integer.MAX_VALUE - position % NAN_PAYLOADS;
    };
  }

  private static Tensor wholeOf(Tensor view) {
    int elements = Math.toIntExact(view.buffer().elements());
    return view.view(Layout.contiguous(Shape.of(elements)));
  }

  private int[] download(Tensor whole) {
    int[] bits = new int[Math.toIntExact(whole.shape().size())];
    backend.download(whole, MemorySegment.ofArray(bits));
    return bits;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
