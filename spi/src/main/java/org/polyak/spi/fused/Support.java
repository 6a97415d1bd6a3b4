package org.polyak.spi.fused;

/**
 * A backend's answer to "do you offer this fused operation?". The kernel itself is the positive
 * answer, so an operation that is not offered cannot be called.
 *
 * @param <K> the kernel's type
 */
public sealed interface Support<K> {
  /**
   * The backend runs this operation itself.
   *
   * @param kernel what runs it
   * @param <K> the kernel's type
   */
  record Native<K>(K kernel) implements Support<K> {}

  /**
   * The operation is to be composed from verbs.
   *
   * @param reason why, as half a sentence, for reports
   * @param <K> the kernel's type
   */
  record Unsupported<K>(String reason) implements Support<K> {}

  /** The answer of a backend that never heard of the operation. */
  static <K> Support<K> notOffered() {
    return new Unsupported<>("not offered by this backend");
  }
}
