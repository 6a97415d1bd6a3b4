package org.polyak.cpu;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector widths for which the kernels can run.
 *
 * <p>A kernel class reads its width once, in a static initialiser, through {@link
 * #of(MethodHandles.Lookup)}; its species is therefore a constant to the compiler. {@link
 * KernelLoader} makes further copies of a kernel class for the other widths.
 *
 * <p>A vector that a loop carries is the argument of an operation, not its receiver ({@code d.add(
 * sum)}, not {@code sum.add(d)}): of a carried variable C2 does not know which class of vectors it
 * holds, and where it has seen none so far, or two, it would keep such vectors in objects (ADR 36).
 *
 * <p>Kernels of one width use no vectors of another, be it only to copy: having seen two classes,
 * C2 finds the helpers of {@link VectorMath} too large to be inlined.
 */
enum VectorWidth {
  /** SSE, NEON. */
  BITS_128(128),
  /** AVX2. */
  BITS_256(256),
  /** AVX-512. */
  BITS_512(512);

  /** Floats in the longest vector. */
  static final int MAXIMUM_LANES = 512 / Float.SIZE;

  private final int bits;

  VectorWidth(int bits) {
    this.bits = bits;
  }

  int bits() {
    return bits;
  }

  /** The species of float vectors of this width. */
  VectorSpecies<Float> floats() {
    return switch (this) {
      case BITS_128 -> FloatVector.SPECIES_128;
      case BITS_256 -> FloatVector.SPECIES_256;
      case BITS_512 -> FloatVector.SPECIES_512;
    };
  }

  /** The species of int vectors of this width. */
  VectorSpecies<Integer> ints() {
    return switch (this) {
      case BITS_128 -> IntVector.SPECIES_128;
      case BITS_256 -> IntVector.SPECIES_256;
      case BITS_512 -> IntVector.SPECIES_512;
    };
  }

  /** The widest of these widths that is not wider than what the machine prefers. */
  static VectorWidth preferred() {
    int machine = FloatVector.SPECIES_PREFERRED.vectorBitSize();
    if (machine >= BITS_512.bits) {
      return BITS_512;
    }
    return machine >= BITS_256.bits ? BITS_256 : BITS_128;
  }

  /** The width with this number of bits, if there is one. */
  static Optional<VectorWidth> ofBits(int bits) {
    return switch (bits) {
      case 128 -> Optional.of(BITS_128);
      case 256 -> Optional.of(BITS_256);
      case 512 -> Optional.of(BITS_512);
      default -> Optional.empty();
    };
  }

  /**
   * The width of the kernel class that asks: the one that {@link KernelLoader} gave to this copy of
   * the class, or the preferred one where the class was loaded in the ordinary way.
   *
   * @param caller the full-power lookup of the kernel class
   */
  static VectorWidth of(MethodHandles.Lookup caller) {
    try {
      VectorWidth given =
          MethodHandles.classData(caller, ConstantDescs.DEFAULT_NAME, VectorWidth.class);
      return given == null ? preferred() : given;
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException("a kernel class passes MethodHandles.lookup()", e);
    }
  }
}
