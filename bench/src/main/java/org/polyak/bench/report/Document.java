package org.polyak.bench.report;

import java.util.ArrayList;
import java.util.List;

/**
 * What a report says, before it is written in any form.
 *
 * @param title of the page
 * @param sections in order
 */
record Document(String title, List<Section> sections) {
  /** Copies the list. */
  Document {
    sections = List.copyOf(sections);
  }

  /** Collects sections. */
  static final class Builder {
    private final String title;
    private final List<Section> sections = new ArrayList<>();

    Builder(String title) {
      this.title = title;
    }

    Builder heading(String text) {
      sections.add(new Section.Heading(text));
      return this;
    }

    Builder paragraph(String text) {
      sections.add(new Section.Paragraph(text));
      return this;
    }

    Builder table(List<String> header, List<List<String>> rows) {
      sections.add(new Section.Cells(new Table(header, rows)));
      return this;
    }

    Builder picture(String file, String description, byte[] png) {
      sections.add(new Section.Picture(file, description, png));
      return this;
    }

    Document build() {
      return new Document(title, sections);
    }
  }
}
