package org.polyak.conformance.golden;

import java.util.Arrays;
import org.polyak.conformance.CaseContext;

/** Whether a golden file can be replayed, decided from its operation and parameters. */
sealed interface Replay {
  /**
   * It can.
   *
   * @param body how
   */
  record Known(Body body) implements Replay {}

  /**
   * It cannot.
   *
   * @param reason why, as half a sentence
   */
  record Unknown(String reason) implements Replay {}

  /** Replays a file within a case. */
  @FunctionalInterface
  interface Body {
    /** Compares everything that the file holds. */
    void run(CaseContext context, GoldenFile file);
  }

  /** Known, unless there is an objection; an empty one is none. */
  static Replay of(Body body, String... objections) {
    return Arrays.stream(objections)
        .filter(objection -> !objection.isEmpty())
        .<Replay>map(Unknown::new)
        .findFirst()
        .orElseGet(() -> new Known(body));
  }

  /** An operation that nobody wrote a replay for. */
  static Replay unknownOperation(GoldenFile file, String of) {
    return new Unknown("%s has no operation '%s'".formatted(of, file.operation()));
  }

  /** An objection to any other value of a parameter; a file that does not state it is as usual. */
  static String only(GoldenFile file, String parameter, String... known) {
    return file.hasParameter(parameter) && !Arrays.asList(known).contains(file.option(parameter))
        ? "%s = %s is not among %s"
            .formatted(parameter, file.option(parameter), String.join(", ", known))
        : "";
  }
}
