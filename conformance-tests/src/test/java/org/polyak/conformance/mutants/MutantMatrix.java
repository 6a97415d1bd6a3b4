package org.polyak.conformance.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.polyak.conformance.CaseContext;
import org.polyak.conformance.Catalogue;
import org.polyak.conformance.ConformanceCase;
import org.polyak.spi.Backend;

/**
 * Every mutant on every case: too slow for each build, so it runs with {@code -Pmutants} only. The
 * table goes to {@code target/mutants.md}.
 */
class MutantMatrix {
  private final List<ConformanceCase> catalogue = Catalogue.cases();

  @Test
  void theCasesNamedForAMutantAreAmongThoseThatKillIt() throws IOException {
    Path target = Path.of(System.getProperty("basedir", "."), "target");
    Files.createDirectories(target);
    try (PrintWriter table =
        new PrintWriter(Files.newBufferedWriter(target.resolve("mutants.md")))) {
      table.println("| Mutant | Killing cases | Of them, by family |\n|---|---|---|");
      for (Mutant mutant : Mutants.all()) {
        List<String> killers = killers(mutant);
        table.println("| %s | %d | %s |".formatted(mutant, killers.size(), families(killers)));
        table.flush();
        assertThat(killers).as(mutant.name()).containsAll(mutant.killers());
      }
    }
  }

  private List<String> killers(Mutant mutant) {
    List<String> killers = new ArrayList<>();
    for (ConformanceCase one : catalogue) {
      try (Backend backend = mutant.broken().get()) {
        if (!one.run(new CaseContext(backend, id -> "-Dpolyak.case=" + id)).passed()) {
          killers.add(one.id());
        }
      }
    }
    return killers;
  }

  private static String families(List<String> ids) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String id : ids) {
      counts.merge(id.substring(0, id.lastIndexOf('-')), 1, Integer::sum);
    }
    return counts.toString().replaceAll("[{}]", "").replace("=", " ");
  }
}
