package org.polyak.conformance.certificate;

import java.util.stream.Collectors;

/** Text inside HTML and XML. */
final class Markup {
  private Markup() {}

  /** The text with what would be markup, or must not stand in XML, replaced. */
  static String escape(String text) {
    return text.codePoints().mapToObj(Markup::escape).collect(Collectors.joining());
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
