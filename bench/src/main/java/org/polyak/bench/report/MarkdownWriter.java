package org.polyak.bench.report;

import java.util.List;
import java.util.stream.Collectors;
import org.polyak.conformance.tool.Markup;

/** A document as Markdown; pictures are files beside it. */
final class MarkdownWriter {
  private MarkdownWriter() {}

  static String write(Document document) {
    return "# %s\n\n%s"
        .formatted(
            Markup.escapeMarkdown(document.title()),
            document.sections().stream().map(MarkdownWriter::write).collect(Collectors.joining()));
  }

  private static String write(Section section) {
    return switch (section) {
      case Section.Heading(String text) -> "## %s\n\n".formatted(Markup.escapeMarkdown(text));
      case Section.Paragraph(String text) -> Markup.escapeMarkdown(text) + "\n\n";
      case Section.Cells(Table table) ->
          "%s|%s\n%s\n"
              .formatted(
                  row(table.header()),
                  "---|".repeat(table.header().size()),
                  table.rows().stream().map(MarkdownWriter::row).collect(Collectors.joining()));
      case Section.Picture picture ->
          "![%s](%s)\n\n".formatted(Markup.escapeMarkdown(picture.description()), picture.file());
    };
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(Markup::escapeMarkdown)
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
