package org.polyak.bench.report;

/** A part of a report, which is written as HTML and as Markdown alike. */
sealed interface Section {
  /**
   * A heading.
   *
   * @param text without markup
   */
  record Heading(String text) implements Section {}

  /**
   * A paragraph.
   *
   * @param text without markup
   */
  record Paragraph(String text) implements Section {}

  /**
   * A table.
   *
   * @param table its cells, without markup
   */
  record Cells(Table table) implements Section {}

  /**
   * A picture.
   *
   * @param file its name in the report's folder
   * @param description for those who do not see it
   * @param png its contents
   */
  @SuppressWarnings("ArrayRecordComponent") // written, never compared
  record Picture(String file, String description, byte[] png) implements Section {}
}
