package org.polyak.conformance.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.polyak.conformance.CaseResult;
import org.polyak.conformance.Findings;
import org.polyak.conformance.Level;
import org.polyak.conformance.tool.Markup;

/** A certificate as one HTML page that needs nothing beside it: everything, chapters folded. */
final class HtmlWriter {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #22262b; --quiet: #5b636d; --line: #e3e6ea;
        --page: #ffffff; --card: #f6f7f9; --good: #0a7d4b; --part: #9a6200; --bad: #b3261e; }
      @media (prefers-color-scheme: dark) {
        :root { --text: #e8eaed; --quiet: #a3abb5; --line: #353a41; --page: #17191c;
          --card: #202328; --good: #4cc38a; --part: #f0b429; --bad: #ff6f61; } }
      body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
        max-width: 70rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
      h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
      h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
      p.lead { color: var(--quiet); margin: 0 0 1.5rem; }
      .certified { color: var(--good); } .partial { color: var(--part); }
      .failed { color: var(--bad); }
      .cards { display: flex; flex-wrap: wrap; gap: .75rem; }
      .card { background: var(--card); border-radius: .5rem; padding: .7rem 1rem; min-width: 7rem; }
      .card b { display: block; font-size: 1.35rem; font-weight: 600;
        font-variant-numeric: tabular-nums; }
      .card span { color: var(--quiet); font-size: .85rem; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: left; padding: .35rem .75rem .35rem 0; vertical-align: top;
        border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
      th { color: var(--quiet); font-weight: 500; font-size: .85rem; white-space: nowrap; }
      table.facts td:first-child { color: var(--quiet); width: 11rem; }
      details { border-bottom: 1px solid var(--line); padding: .4rem 0; }
      summary { cursor: pointer; }
      pre { background: var(--card); border-radius: .5rem; padding: 1rem; overflow-x: auto;
        font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; }
      """;

  private final StringBuilder body = new StringBuilder();

  private HtmlWriter() {}

  static String write(Certificate certificate) {
    HtmlWriter page = new HtmlWriter();
    page.write(certificate, certificate.findings());
    return page.page("%s: %s".formatted(certificate.outcome(), certificate.backend().backend()));
  }

  private void write(Certificate certificate, Findings findings) {
    String outcome = certificate.outcome().name();
    body.append(
        "<h1><span class=\"%s\">%s</span> %s</h1>%n"
            .formatted(
                outcome.toLowerCase(Locale.ROOT),
                outcome,
                Markup.escape(certificate.backend().backend())));
    body.append("<p class=\"lead\">%s</p>%n".formatted(Markup.escape(certificate.sentence())));
    cards(certificate, findings);
    failures("Failed", findings.failures(Level.MUST));
    failures("Failed, but not binding (SHOULD)", findings.failures(Level.SHOULD));
    heading("Chapters");
    findings.chapters().forEach(this::chapter);
    heading("Closest to their bounds");
    table(Table.tightest(findings));
    body.append("<p>Headroom is the worst error over its bound: at most 1 in a passed case.</p>\n");
    certificate.golden().ifPresent(this::golden);
    heading("Fused or composed");
    fold("Attention", Table.attention(certificate.fused()));
    fold("Other operations", Table.others(certificate.fused()));
    heading("The run");
    body.append("<div class=\"wide\"><table class=\"facts\">\n");
    Facts.of(certificate).forEach(fact -> row("td", List.of(fact.name(), fact.value())));
    body.append("</table></div>\n");
  }

  private void cards(Certificate certificate, Findings findings) {
    List<Facts.Fact> cards = new ArrayList<>();
    cards.add(new Facts.Fact("cases", String.valueOf(findings.total())));
    cards.add(new Facts.Fact("passed", String.valueOf(findings.passed())));
    int failed = findings.results().size() - findings.passed();
    cards.add(new Facts.Fact("failed", String.valueOf(failed)));
    cards.add(new Facts.Fact("did not run", String.valueOf(findings.missing().size())));
    findings
        .tightest(1)
        .forEach(worst -> cards.add(new Facts.Fact("worst headroom", Facts.headroom(worst))));
    cards.add(new Facts.Fact("duration", Facts.seconds(certificate.duration().toMillis())));
    body.append("<div class=\"cards\">\n");
    for (Facts.Fact card : cards) {
      body.append(
          "<div class=\"card\"><b>%s</b><span>%s</span></div>%n"
              .formatted(Markup.escape(card.value()), Markup.escape(card.name())));
    }
    body.append("</div>\n");
  }

  private void failures(String heading, List<CaseResult> failures) {
    if (failures.isEmpty()) {
      return;
    }
    heading(heading);
    for (CaseResult failure : failures) {
      body.append(
          "<p><b class=\"failed\">%s</b> %s<br>%s</p>%n<pre>%s</pre>%n"
              .formatted(
                  Markup.escape(failure.subject().id()),
                  Markup.escape(failure.subject().title()),
                  Markup.escape(failure.subject().definition().toString()),
                  Markup.escape(failure.verdict().message())));
    }
  }

  private void chapter(Findings.ChapterFindings chapter) {
    List<List<String>> rows = new ArrayList<>();
    for (CaseResult result : chapter.findings().results()) {
      rows.add(
          List.of(
              result.subject().id(),
              result.subject().title(),
              result.passed() ? "passed" : "failed",
              Facts.headroom(result),
              result.subject().definition().toString()));
    }
    chapter
        .findings()
        .missing()
        .forEach(one ->
            rows.add(
                List.of(one.id(), one.title(), "did not run", "", one.definition().toString())));
    fold(
        chapter.line(),
        new Table(List.of("case", "title", "result", "headroom", "definition"), rows));
  }

  private void golden(GoldenReport golden) {
    heading("Golden files");
    body.append(
        "<p>%d files in %s; %d replays are not known.</p>%n"
            .formatted(golden.files(), Markup.escape(golden.directory()), golden.unknown().size()));
    if (!golden.unknown().isEmpty()) {
      fold("Golden files without a replay", Table.unknown(golden));
    }
  }

  private void heading(String text) {
    body.append("<h2>%s</h2>%n".formatted(Markup.escape(text)));
  }

  private void fold(String summary, Table table) {
    body.append("<details><summary>%s</summary>%n".formatted(Markup.escape(summary)));
    table(table);
    body.append("</details>\n");
  }

  private void table(Table table) {
    body.append("<div class=\"wide\"><table>\n");
    row("th", table.header());
    table.rows().forEach(row -> row("td", row));
    body.append("</table></div>\n");
  }

  private void row(String element, List<String> cells) {
    body.append("<tr>");
    cells.forEach(cell -> body.append("<%1$s>%2$s</%1$s>".formatted(element, Markup.escape(cell))));
    body.append("</tr>\n");
  }

  private String page(String title) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%s</title>
    <style>
    %s</style>
    </head>
    <body>
    %s</body>
    </html>
    """
        .formatted(Markup.escape(title), STYLE, body);
  }
}
