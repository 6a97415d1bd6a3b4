package org.polyak.conformance.certificate;

/**
 * How a backend runs one operation that it may fuse.
 *
 * @param operation for example {@code attention} or {@code layer norm}
 * @param variant what of it, in words; empty where there is one only
 * @param schedule the order of evaluation of attention; empty elsewhere
 * @param fused whether the backend runs it itself
 * @param reason why it is composed from verbs; empty when it is fused
 */
public record FusedAnswer(
    String operation, String variant, String schedule, boolean fused, String reason) {
  /** {@code fused}, or {@code composed: reason}. */
  public String describe() {
    return fused ? "fused" : "composed: " + reason;
  }
}
