package org.polyak.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.polyak.spi.Backend;

/**
 * Runs the cases of a list on one backend, all or some of them, and knows which have not run. Every
 * way into the suite goes through here. Not thread-safe.
 */
public final class SuiteRun {
  private final Backend backend;
  private final Map<String, ConformanceCase> cases = new LinkedHashMap<>();
  private final UnaryOperator<String> rerunCommand;
  private final Map<String, CaseResult> results = new HashMap<>();

  /** Is told about a run while it goes on. */
  public interface Listener {
    /** A case is about to run. */
    default void starting(ConformanceCase subject) {}

    /** A case has run. */
    void finished(CaseResult result);
  }

  /**
   * Nothing has run yet.
   *
   * @param backend open, and left open
   * @param cases what makes the run complete, for example {@link Catalogue#cases}
   * @param rerunCommand makes the command that runs a case alone from the case's id
   * @throws IllegalArgumentException when two cases have the same id
   */
  public SuiteRun(
      Backend backend, List<ConformanceCase> cases, UnaryOperator<String> rerunCommand) {
    this.backend = backend;
    this.rerunCommand = rerunCommand;
    for (ConformanceCase one : cases) {
      if (this.cases.put(one.id(), one) != null) {
        throw new IllegalArgumentException("Two cases have the id " + one.id() + ".");
      }
    }
  }

  /**
   * Runs one case. Run again, the case counts with its last result.
   *
   * @throws IllegalArgumentException when it is none of the list
   */
  public CaseResult run(ConformanceCase subject) {
    if (!cases.containsKey(subject.id())) {
      throw new IllegalArgumentException(subject.id() + " is not among the cases of this run.");
    }
    long start = System.nanoTime();
    Verdict verdict = subject.run(new CaseContext(backend, rerunCommand));
    CaseResult result =
        new CaseResult(subject, verdict, Duration.ofNanos(System.nanoTime() - start));
    results.put(subject.id(), result);
    return result;
  }

  /** Runs these cases one after the other. */
  public void run(Collection<ConformanceCase> selected, Listener listener) {
    for (ConformanceCase subject : selected) {
      listener.starting(subject);
      listener.finished(run(subject));
    }
  }

  /** What has been found so far. */
  public Findings findings() {
    List<CaseResult> ran = new ArrayList<>();
    List<ConformanceCase> missing = new ArrayList<>();
    for (ConformanceCase one : cases.values()) {
      CaseResult result = results.get(one.id());
      if (result == null) {
        missing.add(one);
      } else {
        ran.add(result);
      }
    }
    return new Findings(ran, missing);
  }
}
