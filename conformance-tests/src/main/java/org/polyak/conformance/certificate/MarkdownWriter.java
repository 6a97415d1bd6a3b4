package org.polyak.conformance.certificate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.ConformanceCase;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Level;
import org.polyak.conformance.tool.Markup;

/** A certificate as Markdown, for repositories and issue trackers: everything but passed cases. */
final class MarkdownWriter {
  private final StringBuilder text = new StringBuilder();

  private MarkdownWriter() {}

  static String write(Certificate certificate) {
    MarkdownWriter page = new MarkdownWriter();
    page.write(certificate, certificate.findings());
    return page.text.toString();
  }

  private void write(Certificate certificate, Findings findings) {
    line("# %s: %s".formatted(certificate.outcome(), certificate.backend().backend()));
    line(certificate.sentence());
    table(List.of("", ""), Facts.of(certificate), fact -> List.of(fact.name(), fact.value()));
    heading("Chapters");
    table(
        List.of("chapter", "cases", "ran", "passed", "worst headroom", "in"),
        findings.chapters(),
        chapter ->
            List.of(
                chapter.chapter().title(),
                String.valueOf(chapter.findings().total()),
                String.valueOf(chapter.findings().results().size()),
                String.valueOf(chapter.findings().passed()),
                chapter.worst().map(Facts::headroom).orElse("–"),
                chapter.worst().map(worst -> worst.subject().id()).orElse("")));
    line("Headroom is the worst error as a fraction of its bound: at most 1 in a passed case.");
    failures("Failed", findings.failures(Level.MUST));
    failures("Failed, but not binding (SHOULD)", findings.failures(Level.SHOULD));
    notRun(certificate, findings);
    heading("Closest to their bounds");
    table(Table.tightest(findings));
    heading("Fused or composed");
    table(Table.attention(certificate.fused()));
    table(Table.others(certificate.fused()));
  }

  private void failures(String heading, List<CaseResult> failures) {
    if (failures.isEmpty()) {
      return;
    }
    heading(heading);
    for (CaseResult failure : failures) {
      line(
          "**%s** %s"
              .formatted(failure.subject().id(), Markup.escapeMarkdown(failure.subject().title())));
      line("Definition: " + Markup.escapeMarkdown(failure.subject().definition().toString()));
      line("```\n" + failure.verdict().message() + "\n```");
    }
  }

  private void notRun(Certificate certificate, Findings findings) {
    if (!findings.missing().isEmpty()) {
      heading("Did not run");
      Map<String, Long> families =
          findings.missing().stream()
              .collect(
                  Collectors.groupingBy(
                      MarkdownWriter::family, LinkedHashMap::new, Collectors.counting()));
      table(
          List.of("family", "cases"),
          families.entrySet(),
          entry -> List.of(entry.getKey(), String.valueOf(entry.getValue())));
    }
    certificate
        .golden()
        .filter(golden -> !golden.unknown().isEmpty())
        .ifPresent(golden -> {
          heading("Golden files without a replay");
          line("Of %d files in `%s`:".formatted(golden.files(), golden.directory()));
          table(Table.unknown(golden));
        });
  }

  private static String family(ConformanceCase one) {
    int end = one.id().lastIndexOf('-');
    return end < 0 ? one.id() : one.id().substring(0, end);
  }

  private void heading(String heading) {
    line("## " + heading);
  }

  private void line(String line) {
    text.append(line).append("\n\n");
  }

  private interface Row<T> {
    List<String> cells(T item);
  }

  private <T> void table(List<String> header, Iterable<T> items, Row<T> row) {
    row(header);
    text.append("|").append("---|".repeat(header.size())).append('\n');
    items.forEach(item -> row(row.cells(item)));
    text.append('\n');
  }

  private void table(Table table) {
    table(table.header(), table.rows(), row -> row);
  }

  private void row(List<String> cells) {
    text.append(
        cells.stream()
            .map(Markup::escapeMarkdown)
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
