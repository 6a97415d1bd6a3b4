package org.polyak.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * Cases that share a prefix and a definition. Numbers count from 1 in the order of adding, so new
 * cases go to the end.
 */
public final class Family {
  private final String prefix;
  private final Chapter chapter;
  private final Level level;
  private final Definition definition;
  private final List<ConformanceCase> cases = new ArrayList<>();

  /** A case that also needs to know its own id, for example as a seed. */
  @FunctionalInterface
  public interface SeededBody {
    /** Runs the case with its own random numbers. */
    void run(CaseContext context, Samples samples);
  }

  /**
   * No cases yet; those to come are binding.
   *
   * @param prefix for example {@code VERB-MATMUL}
   */
  public Family(String prefix, Chapter chapter, Definition definition) {
    this(prefix, chapter, Level.MUST, definition);
  }

  /**
   * No cases yet.
   *
   * @param prefix for example {@code VERB-MATMUL}
   */
  public Family(String prefix, Chapter chapter, Level level, Definition definition) {
    this.prefix = prefix;
    this.chapter = chapter;
    this.level = level;
    this.definition = definition;
  }

  /** Appends a case. */
  public Family add(String title, SeededBody body) {
    String id = "%s-%03d".formatted(prefix, cases.size() + 1);
    cases.add(
        new ConformanceCase(
            id, chapter, level, title, definition, context -> body.run(context, new Samples(id))));
    return this;
  }

  /** The cases so far. */
  public List<ConformanceCase> cases() {
    return List.copyOf(cases);
  }
}
