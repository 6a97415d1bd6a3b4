package org.polyak.conformance.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.Discrepancy;
import org.polyak.conformance.Samples;

/** What the pages for people say alike. */
final class Facts {
  /** How many of the cases closest to their bounds are shown. */
  static final int TIGHTEST = 5;

  private Facts() {}

  /**
   * A name and its value.
   *
   * @param name what it is
   * @param value as text
   */
  record Fact(String name, String value) {}

  /** All that describes the run, in the order in which it is shown. */
  static List<Fact> of(Certificate certificate) {
    List<Fact> facts = new ArrayList<>();
    var backend = certificate.backend();
    Machine machine = certificate.machine();
    facts.add(new Fact("Backend", backend.backend() + " (" + certificate.origin() + ")"));
    facts.add(new Fact("Device", backend.device()));
    facts.add(new Fact("Driver", backend.driver()));
    facts.add(new Fact("Precision", backend.precision()));
    if (backend.threads() > 0) {
      facts.add(new Fact("Threads", String.valueOf(backend.threads())));
    }
    backend.details().forEach((name, value) -> facts.add(new Fact(name, value)));
    certificate.options().forEach((name, value) -> facts.add(new Fact("Option " + name, value)));
    facts.add(
        new Fact(
            "Suite",
            "version %s, fingerprint %s"
                .formatted(certificate.suiteVersion(), certificate.fingerprint())));
    certificate
        .golden()
        .ifPresent(golden ->
            facts.add(
                new Fact(
                    "Golden files",
                    "%d in %s, fingerprint %s"
                        .formatted(golden.files(), golden.directory(), golden.fingerprint()))));
    facts.add(
        new Fact(
            "Polyak",
            "%s, backend contract version %d"
                .formatted(certificate.program(), certificate.spiVersion())));
    facts.add(new Fact("System", machine.system()));
    facts.add(new Fact("Processors", String.valueOf(machine.processors())));
    facts.add(new Fact("Java", machine.java() + "; " + machine.virtualMachine()));
    facts.add(
        new Fact(
            "Java flags",
            "%s; heap up to %d MiB"
                .formatted(
                    machine.flags().isEmpty() ? "none" : String.join(" ", machine.flags()),
                    machine.heapBytes() >> 20)));
    facts.add(new Fact("Date", certificate.start().toString()));
    facts.add(new Fact("Duration", seconds(certificate.duration().toMillis())));
    facts.add(new Fact("Command", certificate.command()));
    facts.add(new Fact("Seeds", Samples.ORIGIN));
    return facts;
  }

  static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.1f s", millis * 1e-3);
  }

  /** The worst error over its bound; a dash where no numbers were compared. */
  static String headroom(CaseResult result) {
    return result.verdict().worst() == null ? "–" : number(result.verdict().headroom());
  }

  static String number(double headroom) {
    return String.format(Locale.ROOT, headroom < 1e-3 && headroom > 0 ? "%.1e" : "%.3f", headroom);
  }

  /** The comparison behind a headroom; empty where no numbers were compared. */
  static String worst(CaseResult result) {
    Discrepancy worst = result.verdict().worst();
    return worst == null ? "" : worst.toString();
  }
}
