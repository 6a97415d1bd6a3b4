package org.polyak.conformance.certificate;

import com.example.heap.HeapProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.polyak.conformance.Catalogue;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Level;
import org.polyak.conformance.SmallCases;
import org.polyak.conformance.SuiteRun;
import org.polyak.conformance.golden.GoldenCases;
import org.polyak.spi.Backend;
import org.polyak.spi.BackendOptions;
import org.polyak.spi.BackendProvider;

/** Certificates of small runs on a real backend. */
final class Certificates {
  static final ConformanceCase PASSED = SmallCases.comparing("T-001", 0.25);
  static final ConformanceCase FAILED = SmallCases.failing("T-002", Level.MUST);
  static final ConformanceCase ADVISORY = SmallCases.failing("T-003", Level.SHOULD);
  static final ConformanceCase MISSING = SmallCases.passing("T-004");
  static final GoldenReport UNKNOWN =
      new GoldenReport(
          "vectors",
          3,
          "0f",
          List.of(new GoldenCases.UnknownReplay("GOLD-06_x", "06_x", "spin", "no <spin>")));

  private Certificates() {}

  /** One case of every kind: passed, failed, failed without being binding, and not run. */
  static Certificate ofEveryKind() {
    return of(
        List.of(PASSED, FAILED, ADVISORY, MISSING),
        List.of(PASSED, FAILED, ADVISORY),
        Optional.of(UNKNOWN));
  }

  static Certificate of(
      List<ConformanceCase> cases, List<ConformanceCase> selected, Optional<GoldenReport> golden) {
    try (Backend backend = new HeapProvider().open(BackendOptions.DEFAULTS)) {
      SuiteRun run = new SuiteRun(backend, cases, id -> "polyak certify --case " + id);
      run.run(selected, result -> {});
      return new Certificate(
          Catalogue.VERSION,
          Catalogue.fingerprint(cases),
          "1.2.3",
          BackendProvider.SPI_VERSION,
          backend.info(),
          "from --backend",
          Map.of("device", "1"),
          Machine.running(),
          Instant.parse("2026-01-31T12:00:00Z"),
          Duration.ofSeconds(3),
          "polyak certify --backend heap --out c",
          run.findings(),
          golden,
          FusedSurvey.of(backend.fused()));
    }
  }
}
