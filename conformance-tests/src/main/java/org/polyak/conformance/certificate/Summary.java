package org.polyak.conformance.certificate;

import java.io.PrintWriter;
import java.util.List;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Level;

/** What is printed when a run has come to its end. */
final class Summary {
  private static final int FAILURES_SHOWN = 20;

  private Summary() {}

  static void print(Certificate certificate, CertificateFolder folder, PrintWriter out) {
    Findings findings = certificate.findings();
    out.println("%s: %s".formatted(certificate.outcome(), certificate.sentence()));
    findings.chapters().forEach(chapter -> out.println("  " + chapter.line()));
    failures("Failed", findings.failures(Level.MUST), out);
    failures("Failed, but not binding", findings.failures(Level.SHOULD), out);
    if (!findings.missing().isEmpty()) {
      out.println(findings.missingSentence());
    }
    certificate
        .golden()
        .filter(golden -> !golden.unknown().isEmpty())
        .ifPresent(golden ->
            out.println(
                "%d replays of %d golden files are not known; certificate.md lists them."
                    .formatted(golden.unknown().size(), golden.files())));
    out.println("Certificate: " + folder.page());
    out.flush();
  }

  private static void failures(String heading, List<CaseResult> failures, PrintWriter out) {
    if (failures.isEmpty()) {
      return;
    }
    out.println("%s: %d".formatted(heading, failures.size()));
    for (CaseResult failure : failures.subList(0, Math.min(FAILURES_SHOWN, failures.size()))) {
      out.println("  %s: %s".formatted(failure.subject(), failure.verdict().failures().getFirst()));
      out.println("    rerun: " + failure.verdict().rerun());
    }
    if (failures.size() > FAILURES_SHOWN) {
      out.println("  and %d more, see certificate.md".formatted(failures.size() - FAILURES_SHOWN));
    }
  }
}
