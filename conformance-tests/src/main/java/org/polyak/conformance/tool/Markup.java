package org.polyak.conformance.tool;

import java.util.stream.Collectors;

/** Text that is to stand in a page as it is. */
public final class Markup {
  private Markup() {}

  /** For HTML and XML: what would be markup, or must not stand in XML, is replaced. */
  public static String escape(String text) {
    return text.codePoints().mapToObj(Markup::escape).collect(Collectors.joining());
  }

  /** For Markdown, also within a table's cell: in one line. */
  public static String escapeMarkdown(String text) {
    return text.replaceAll("([|*_`<>\\[\\]\\\\])", "\\\\$1").replaceAll("[\\r\\n]+", " ");
  }

  private static String escape(int point) {
    return switch (point) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '"' -> "&quot;";
      case '\n', '\t' -> Character.toString(point);
      default -> isForbidden(point) ? "\ufffd" : Character.toString(point);
    };
  }

  /** Control characters, halves of surrogate pairs, and the two that are no characters. */
  private static boolean isForbidden(int point) {
    return Character.isISOControl(point)
        || Character.getType(point) == Character.SURROGATE
        || point == 0xFFFE
        || point == 0xFFFF;
  }
}
