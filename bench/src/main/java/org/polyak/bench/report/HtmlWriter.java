package org.polyak.bench.report;

import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.polyak.conformance.tool.Markup;

/** A document as one HTML page that needs nothing beside it. */
final class HtmlWriter {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #22262b; --quiet: #5b636d; --line: #e3e6ea;
        --page: #ffffff; }
      @media (prefers-color-scheme: dark) {
        :root { --text: #e8eaed; --quiet: #a3abb5; --line: #353a41; --page: #17191c; } }
      body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
        max-width: 66rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
      h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; }
      h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { text-align: left; padding: .35rem 1.25rem .35rem 0; vertical-align: top;
        border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
      th { color: var(--quiet); font-weight: 500; font-size: .85rem; white-space: nowrap; }
      img { max-width: 100%; height: auto; background: #fff; border-radius: .5rem; }
      """;

  private HtmlWriter() {}

  static String write(Document document) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>%1$s</title>
    <style>
    %2$s</style>
    </head>
    <body>
    <h1>%1$s</h1>
    %3$s</body>
    </html>
    """
        .formatted(
            Markup.escape(document.title()),
            STYLE,
            document.sections().stream().map(HtmlWriter::write).collect(Collectors.joining()));
  }

  private static String write(Section section) {
    return switch (section) {
      case Section.Heading(String text) -> "<h2>%s</h2>\n".formatted(Markup.escape(text));
      case Section.Paragraph(String text) -> "<p>%s</p>\n".formatted(Markup.escape(text));
      case Section.Cells(Table table) ->
          "<div class=\"wide\"><table>\n%s%s</table></div>\n"
              .formatted(
                  row("th", table.header()),
                  table.rows().stream()
                      .map(cells -> row("td", cells))
                      .collect(Collectors.joining()));
      case Section.Picture picture ->
          "<p><img alt=\"%s\" src=\"data:image/png;base64,%s\"></p>\n"
              .formatted(
                  Markup.escape(picture.description()),
                  Base64.getEncoder().encodeToString(picture.png()));
    };
  }

  private static String row(String element, List<String> cells) {
    return cells.stream()
        .map(cell -> "<%1$s>%2$s</%1$s>".formatted(element, Markup.escape(cell)))
        .collect(Collectors.joining("", "<tr>", "</tr>\n"));
  }
}
