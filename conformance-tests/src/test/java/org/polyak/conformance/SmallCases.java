package org.polyak.conformance;

import java.util.List;

/** Cases whose ending is known. */
public final class SmallCases {
  private static final Definition DEFINITION = new Definition("a < b & c", "a test");

  private SmallCases() {}

  /** Compares nothing and passes. */
  public static ConformanceCase passing(String id) {
    return of(id, Level.MUST, context -> {});
  }

  /** Says why it fails. */
  public static ConformanceCase failing(String id, Level level) {
    return of(id, level, context -> context.fail("1 < 2 & \"so\" it is"));
  }

  /** Passes with a comparison that takes up a part of its bound. */
  public static ConformanceCase comparing(String id, double headroom) {
    return of(
        id,
        Level.MUST,
        context -> context.compare(new Discrepancy("x", List.of(0), headroom, 0, 1)));
  }

  /** Ends in an error that is no exception, as where a backend's native library is missing. */
  public static ConformanceCase breaking(String id) {
    return of(
        id,
        Level.MUST,
        context -> {
          throw new UnsatisfiedLinkError("no acme in java.library.path");
        });
  }

  private static ConformanceCase of(String id, Level level, ConformanceCase.Body body) {
    return new ConformanceCase(id, Chapter.VERBS, level, "a | title", DEFINITION, body);
  }
}
