package org.polyak.conformance;

/**
 * One case of the catalogue. Stateless: it can run any number of times, on any backend.
 *
 * @param id stable name, for example {@code VERB-MATMUL-003}
 * @param chapter the part of the catalogue
 * @param level how binding it is
 * @param title what is tried, in a few words
 * @param definition what the backend is held to
 * @param body how it is tried
 */
public record ConformanceCase(
    String id, Chapter chapter, Level level, String title, Definition definition, Body body) {

  /** Runs a case and reports what it finds to the context. */
  @FunctionalInterface
  public interface Body {
    /** Runs the case. */
    void run(CaseContext context);
  }

  /** Runs this case. A backend that throws has failed; the verdict then says what it threw. */
  public Verdict run(CaseContext context) {
    try {
      body.run(context);
    } catch (RuntimeException | Error e) {
      // A native library that is missing, an assertion, a full heap: the other cases can still
      // tell.
      context.fail("threw " + e, e);
    }
    return context.finish(this);
  }

  @Override
  public String toString() {
    return id + " " + title + (level == Level.SHOULD ? " (SHOULD)" : "");
  }
}
