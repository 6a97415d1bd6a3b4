package org.polyak.conformance.certificate;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Findings;
import org.polyak.conformance.golden.GoldenCases;
import org.polyak.conformance.tool.Markup;

/**
 * A certificate as JUnit XML, for build servers: one suite for each chapter. What did not run is
 * skipped; so is a case that failed without being binding.
 */
final class JunitWriter {
  private final StringBuilder xml = new StringBuilder();
  private final Certificate certificate;

  private JunitWriter(Certificate certificate) {
    this.certificate = certificate;
  }

  static String write(Certificate certificate) {
    JunitWriter writer = new JunitWriter(certificate);
    writer.write();
    return writer.xml.toString();
  }

  private void write() {
    Findings findings = certificate.findings();
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(
        "testsuites",
        "polyak certify " + certificate.backend().backend(),
        findings,
        unknown().size());
    for (Findings.ChapterFindings chapter : findings.chapters()) {
      element("testsuite", chapter.chapter().title(), chapter.findings(), 0);
      chapter.findings().results().forEach(this::ran);
      chapter.findings().missing().forEach(one -> skipped(one, "did not run: not selected"));
      xml.append("</testsuite>\n");
    }
    if (!unknown().isEmpty()) {
      element(
          "testsuite",
          "golden files without a replay",
          new Findings(List.of(), List.of()),
          unknown().size());
      for (GoldenCases.UnknownReplay replay : unknown()) {
        start(replay.caseId() + " " + replay.operation(), "golden", Duration.ZERO);
        skip(replay.reason());
      }
      xml.append("</testsuite>\n");
    }
    xml.append("</testsuites>\n");
  }

  private List<GoldenCases.UnknownReplay> unknown() {
    return certificate.golden().map(GoldenReport::unknown).orElse(List.of());
  }

  private void element(String element, String name, Findings findings, int unknown) {
    long refused = findings.results().stream().filter(CaseResult::refuses).count();
    long skipped = findings.total() - findings.passed() - refused + unknown;
    Duration time =
        findings.results().stream().map(CaseResult::duration).reduce(Duration.ZERO, Duration::plus);
    xml.append(
        "<%s name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\" time=\"%s\">%n"
            .formatted(
                element,
                Markup.escape(name),
                findings.total() + unknown,
                refused,
                skipped,
                seconds(time)));
  }

  private void ran(CaseResult result) {
    start(result.subject().toString(), result.subject().chapter().title(), result.duration());
    if (result.passed()) {
      xml.append("/>\n");
    } else if (result.refuses()) {
      xml.append(
          "><failure message=\"%s\">%s</failure></testcase>%n"
              .formatted(
                  Markup.escape(String.join("; ", result.verdict().failures())),
                  Markup.escape(
                      "%s\n  definition: %s"
                          .formatted(result.verdict().message(), result.subject().definition()))));
    } else {
      skip("failed, but not binding: " + String.join("; ", result.verdict().failures()));
    }
  }

  private void skipped(ConformanceCase one, String reason) {
    start(one.toString(), one.chapter().title(), Duration.ZERO);
    skip(reason);
  }

  private void start(String name, String chapter, Duration time) {
    xml.append(
        "<testcase classname=\"polyak.%s.%s\" name=\"%s\" time=\"%s\""
            .formatted(
                Markup.escape(certificate.backend().backend()),
                Markup.escape(chapter),
                Markup.escape(name),
                seconds(time)));
  }

  private void skip(String reason) {
    xml.append("><skipped message=\"%s\"/></testcase>%n".formatted(Markup.escape(reason)));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3f", time.toNanos() * 1e-9);
  }
}
