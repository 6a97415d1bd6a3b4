package org.polyak.conformance.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code docs/mutants.md}, written from the list of mutants. */
final class MutantsPage {
  private static final String INTRODUCTION =
      """
      # Mutants

      How do we know that the conformance suite finds bugs? It is tried on backends that have one: each mutant below is a good backend with a single mistake of the kind that real authors make. `MutantsTest` opens each of them in every build and asserts that the cases named here fail on it, and that the same cases pass on the good backend that it was made from. No mutant survives.

      The good backends are the [heap backend](examples/heap-backend) of the examples (verbs only), the same behind a command queue and a pool of memory, the CPU backend, and the CPU backend with a plain recurrence in float64 as its fused attention. Each passes the whole catalogue.

      The cases named are some of those that kill a mutant, chosen from different angles; where it is only one, the source says why. `mvn verify -pl conformance-tests -am -Pmutants` tries every mutant on every case, in about an hour, and writes `conformance-tests/target/mutants.md`.

      A new bug that the suite missed belongs here: add the mutant, see it survive, add the case that kills it. This page is generated: run `MutantsPage` after a change.
      """;

  private MutantsPage() {}

  /** Where the page is kept. */
  static Path path() {
    return Path.of(System.getProperty("basedir", "."), "..", "docs", "mutants.md");
  }

  /** What it should say. */
  static String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    text.append("\n%d mutants.\n".formatted(Mutants.all().size()));
    for (Mutants.Section section : Mutants.sections()) {
      text.append("\n## ").append(section.title()).append("\n\n");
      text.append("| Mutant | Bug | Killed by |\n|---|---|---|\n");
      for (Mutant mutant : section.mutants()) {
        text.append(
            "| %s | %s | %s |\n"
                .formatted(mutant.name(), mutant.bug(), String.join(", ", mutant.killers())));
      }
    }
    return text.toString();
  }

  /** Writes the page; the working directory is {@code conformance-tests}. */
  public static void main(String[] arguments) throws IOException {
    Files.writeString(path(), text());
  }
}
