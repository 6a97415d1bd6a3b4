package org.polyak.tasks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.polyak.tasks.UserException;

/** Builds a page that needs nothing beside it: style and pictures are inside. */
final class Html {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --text: #22262b; --quiet: #5b636d; --line: #e3e6ea;
        --page: #ffffff; --card: #f6f7f9; --accent: #0072b2; }
      @media (prefers-color-scheme: dark) {
        :root { --text: #e8eaed; --quiet: #a3abb5; --line: #353a41; --page: #17191c;
          --card: #202328; --accent: #56b4e9; } }
      body { font: 16px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page);
        max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
      h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
      h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; }
      p.lead { color: var(--quiet); margin: 0 0 1.5rem; }
      .cards { display: flex; flex-wrap: wrap; gap: .75rem; }
      .card { background: var(--card); border-radius: .5rem; padding: .7rem 1rem; min-width: 8rem; }
      .card b { display: block; font-size: 1.35rem; font-weight: 600;
        font-variant-numeric: tabular-nums; }
      .card span { color: var(--quiet); font-size: .85rem; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: .4rem .75rem; border-bottom: 1px solid var(--line); }
      th { color: var(--quiet); font-weight: 500; font-size: .85rem; }
      th:first-child, td:first-child { text-align: left; }
      td.best { font-weight: 700; color: var(--accent); }
      table.facts td { text-align: left; }
      table.facts td:first-child { color: var(--quiet); width: 14rem; }
      img { max-width: 100%; height: auto; background: #fff; border-radius: .5rem; }
      img.pixels { image-rendering: pixelated; }
      pre { background: var(--card); border-radius: .5rem; padding: 1rem; overflow-x: auto;
        font: .85rem/1.45 ui-monospace, monospace; }
      pre.sample { white-space: pre-wrap; overflow-wrap: anywhere; }
      """;

  private final StringBuilder body = new StringBuilder();
  private final String title;

  Html(String title) {
    this.title = title;
    body.append("<h1>").append(escape(title)).append("</h1>\n");
  }

  Html lead(String text) {
    body.append("<p class=\"lead\">").append(escape(text)).append("</p>\n");
    return this;
  }

  Html heading(String text) {
    body.append("<h2>").append(escape(text)).append("</h2>\n");
    return this;
  }

  /** Values with their names, as cards. */
  Html cards(List<Fact> facts) {
    body.append("<div class=\"cards\">\n");
    for (Fact fact : facts) {
      body.append(
          "<div class=\"card\"><b>%s</b><span>%s</span></div>\n"
              .formatted(escape(fact.value()), escape(fact.name())));
    }
    body.append("</div>\n");
    return this;
  }

  /** Names with their values, as a table. */
  Html facts(List<Fact> facts) {
    body.append("<table class=\"facts\">\n");
    for (Fact fact : facts) {
      body.append(
          "<tr><td>%s</td><td>%s</td></tr>\n".formatted(escape(fact.name()), escape(fact.value())));
    }
    body.append("</table>\n");
    return this;
  }

  /** A table; the best cell of a column may be marked. */
  Html table(List<String> header, List<List<Cell>> rows) {
    body.append("<div class=\"wide\"><table>\n<tr>");
    header.forEach(name -> body.append("<th>").append(escape(name)).append("</th>"));
    body.append("</tr>\n");
    for (List<Cell> row : rows) {
      body.append("<tr>");
      for (Cell cell : row) {
        body.append(cell.best() ? "<td class=\"best\">" : "<td>")
            .append(escape(cell.text()))
            .append("</td>");
      }
      body.append("</tr>\n");
    }
    body.append("</table></div>\n");
    return this;
  }

  /** A PNG file, put inside the page. */
  Html picture(Path png, String description) {
    try {
      return image(Files.readAllBytes(png), description, "");
    } catch (IOException e) {
      throw new UserException.Data("Cannot read %s: %s.".formatted(png, e.getMessage()), e);
    }
  }

  /** A PNG whose pixels are to be seen, put inside the page. */
  Html pixels(byte[] png, String description) {
    return image(png, description, " class=\"pixels\"");
  }

  Html code(String text) {
    body.append("<pre>").append(escape(text)).append("</pre>\n");
    return this;
  }

  Html sample(String text) {
    body.append("<pre class=\"sample\">").append(escape(text)).append("</pre>\n");
    return this;
  }

  String page() {
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
        .formatted(escape(title), STYLE, body);
  }

  /**
   * A name and its value.
   *
   * @param name what it is
   * @param value as text
   */
  record Fact(String name, String value) {}

  /**
   * A cell of a table.
   *
   * @param text what it says
   * @param best whether it is the best of its column
   */
  record Cell(String text, boolean best) {
    static Cell of(String text) {
      return new Cell(text, false);
    }
  }

  static String escape(String text) {
    return text.codePoints()
        .mapToObj(point ->
            switch (point) {
              case '&' -> "&amp;";
              case '<' -> "&lt;";
              case '>' -> "&gt;";
              case '"' -> "&quot;";
              case '\n', '\t' -> Character.toString(point);
              default -> Character.isISOControl(point) ? "\ufffd" : Character.toString(point);
            })
        .collect(Collectors.joining());
  }

  /** A number with as many digits as are worth reading. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "not a number";
    }
    double size = Math.abs(value);
    String format = size >= 1000 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.001 ? "%.4f" : "%.3g";
    return String.format(Locale.ROOT, value == Math.rint(value) ? "%,.0f" : format, value);
  }

  /** A count. */
  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private Html image(byte[] png, String description, String attributes) {
    body.append(
        "<img%s alt=\"%s\" src=\"data:image/png;base64,%s\">\n"
            .formatted(attributes, escape(description), Base64.getEncoder().encodeToString(png)));
    return this;
  }
}
