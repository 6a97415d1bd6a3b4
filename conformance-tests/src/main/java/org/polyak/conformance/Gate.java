package org.polyak.conformance;

import java.util.List;
import java.util.stream.Collectors;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendInfo;

/**
 * Lets only backends through that compute what they are about to be measured on: a benchmark of a
 * wrong kernel says nothing. The cases are those of the {@link Catalogue}.
 *
 * <pre>{@code
 * Gate.require(backend, "ATT-MOM", "FUSED-LN");
 * }</pre>
 */
public final class Gate {
  private Gate() {}

  /**
   * Runs cases and returns what they found; cases that only {@link Level#SHOULD} pass are among the
   * findings, but let through.
   *
   * @param backend open, and left open
   * @param ids ids of cases or beginnings of ids; none for the whole catalogue
   * @throws IllegalArgumentException for an id that selects nothing
   * @throws NotConformantException when a binding case fails
   */
  public static Findings require(Backend backend, String... ids) {
    return require(backend, CaseSelection.of(ids).from(Catalogue.cases()));
  }

  /**
   * As {@link #require(Backend, String...)}, with cases of a list of one's own.
   *
   * @throws NotConformantException when a binding case fails
   */
  static Findings require(Backend backend, List<ConformanceCase> cases) {
    BackendInfo info = backend.info();
    SuiteRun run =
        new SuiteRun(
            backend,
            cases,
            id -> "polyak certify --backend %s --case %s --out DIR".formatted(info.backend(), id));
    run.run(cases, result -> {});
    Findings findings = run.findings();
    List<CaseResult> failed = findings.failures(Level.MUST);
    if (!failed.isEmpty()) {
      throw new NotConformantException(
          "Backend '%s' on %s failed %d of %d cases and is not fit to be measured:%n%s"
              .formatted(
                  info.backend(),
                  info.device(),
                  failed.size(),
                  findings.total(),
                  failed.stream()
                      .map(result -> result.verdict().message())
                      .collect(Collectors.joining("\n"))));
    }
    return findings;
  }
}
