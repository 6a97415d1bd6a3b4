package org.polyak.conformance.certificate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Outcome;
import org.polyak.spi.BackendInfo;

/**
 * What one run of the suite found about one backend, and all that one needs to judge and repeat it.
 *
 * @param suiteVersion {@link org.polyak.conformance.Catalogue#VERSION}
 * @param fingerprint {@link org.polyak.conformance.Catalogue#fingerprint} of the whole catalogue
 * @param program version of Polyak
 * @param spiVersion the version of the backend contract
 * @param backend device, driver, precision and threads
 * @param origin where the choice of the backend came from, in words
 * @param options settings of the backend, by name
 * @param machine where it ran
 * @param start when it started
 * @param duration how long it took
 * @param command the command that repeats it
 * @param findings of the whole catalogue and the golden files, run or not
 * @param golden the golden files, if there were any
 * @param fused how the backend runs what it may fuse
 */
public record Certificate(
    String suiteVersion,
    String fingerprint,
    String program,
    int spiVersion,
    BackendInfo backend,
    String origin,
    Map<String, String> options,
    Machine machine,
    Instant start,
    Duration duration,
    String command,
    Findings findings,
    Optional<GoldenReport> golden,
    List<FusedAnswer> fused) {
  /** Copies the collections. */
  public Certificate {
    options = new TreeMap<>(options);
    fused = List.copyOf(fused);
  }

  /** As the findings say, but never certified with a golden file that nobody could replay. */
  public Outcome outcome() {
    Outcome found = findings.outcome();
    boolean unknown = golden.isPresent() && !golden.get().unknown().isEmpty();
    return found == Outcome.CERTIFIED && unknown ? Outcome.PARTIAL : found;
  }

  /** The outcome in one sentence. */
  public String sentence() {
    String backendName = "Backend '%s' on %s".formatted(backend.backend(), backend.device());
    return switch (outcome()) {
      case CERTIFIED -> backendName + " passed every binding case of the suite.";
      case PARTIAL -> backendName + " failed no binding case, but not everything was tried.";
      case FAILED -> backendName + " failed binding cases of the suite.";
    };
  }
}
